"""No page offers its reader a link that is closed to them, or that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.stores.models import Region
from tests.admin.conftest import client_of
from tests.admin.helpers import page, registered, url
from tests.admin.one_of_each import fill_what_is_empty
from tests.world import Register, card, make_register, pay_out

_LINK = re.compile(rb'<a [^>]*?href="(/admin/[^"#]*)"')
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@pytest.fixture
def busy(register: Register) -> Register:
    """A shop of a region, in which something happened, beside another one."""
    register.store.region = Region.objects.create(name="North")
    register.store.save()
    for one in (register, make_register(store="0043", number="04")):
        one.count_stock("85123A", "10")
        sale = one.sell(tenders=[card(1530)])
        one.take_back(sale, "1")
        one.take_back(sale, "9")
        one.post("sales", {**sale, "customer": "C-9"})
    pay_out()
    return register


def pages(client: Client) -> Iterator[str]:
    """The home page, every list, and the newest thing on each."""
    yield "/admin/"
    for model in registered():
        answer = client.get(url(model))
        if answer.status_code == 200:
            yield url(model)
            yield from (page(thing) for thing in answer.context["cl"].result_list[:1])


def links_of(client: Client, address: str) -> Iterator[str]:
    for found in _LINK.findall(client.get(address).content):
        yield found.decode().replace("&amp;", "&")


@pytest.mark.parametrize("role", [Role.STORE_MANAGER, Role.SUPPORT, Role.AUDITOR])
def test_every_link_opens_for_whom_it_is_shown(busy: Register, role: Role) -> None:
    fill_what_is_empty()
    client = client_of(role, busy.store)
    tried: dict[str, Any] = {}

    for address in pages(client):
        for link in links_of(client, address):
            kind = _KEY.sub("…", link)
            if kind not in tried:
                answer = client.get(link)
                list(answer)  # a download is closed when it was read
                tried[kind] = (address, link, answer.status_code)

    assert [one for one in tried.values() if one[2] not in (200, 302)] == []
    assert len(tried) > 30
