"""Destinations of other kinds in the admin: added without an address, set up, and tried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditEntry
from apps.integrations.models import Destination
from tests.admin.helpers import act, page, text_of, url
from tests.integrations.connectors.far_side import FarSide, Reply
from tests.integrations.forms import filled
from tests.world import books, nothing_changes


def add(it: Client, **form: str) -> Any:
    return it.post(url(Destination, "add"), {"name": "Books", **form})


def destination() -> Destination:
    return Destination.objects.get()


def test_a_journal_has_no_address_and_waits_until_it_is_set_up(it: Client) -> None:
    assert add(it, kind="journal").status_code == 302

    made = destination()
    assert (made.kind, made.url, made.status) == ("journal", "", "paused")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "rest"}, "It needs an address."),
        ({"kind": "tryton", "url": ""}, "It needs an address."),
        ({"kind": "journal", "url": "https://erp.example/"}, "Leave it empty"),
    ],
)
def test_who_is_called_has_an_address_and_nobody_else(
    it: Client, form: dict[str, str], said: str
) -> None:
    with nothing_changes():
        assert said in text_of(add(it, **form))


def test_settings_are_checked_when_they_are_saved(it: Client) -> None:
    add(it, kind="journal")
    with nothing_changes():
        shown = text_of(
            it.post(page(destination()), filled(it, destination(), config='{"folder": "../x"}'))
        )
    assert "“folder” cannot be “../x”" in shown

    it.post(page(destination()), filled(it, destination(), config='{"folder": "books"}'))

    assert destination().config == {"folder": "books"}


def test_a_journal_is_tried(it: Client, drops: Path) -> None:
    add(it, kind="journal")
    Destination.objects.update(config={"folder": "books"})

    shown = text_of(it.post(act(destination(), "try")))

    assert "in order" in shown
    assert f"{drops / 'books'} can be written to." in shown
    entry = AuditEntry.objects.get(action="destination.test_sent")
    assert (entry.outcome, entry.data) == ("ok", {"milliseconds": 0})


def test_what_is_not_in_order_is_said(it: Client, far_side: FarSide) -> None:
    far_side.answers(Reply({"message": "No such database", "description": ""}, 400))
    accounts = dict.fromkeys(("returns", "tax", "clearing", "tender"), "1")
    config = {"company": 1, "customer": "POS", "accounts": accounts}
    add(it, kind="tryton", url=f"{far_side.url}/erp")
    changes = {"config": json.dumps(config), "credential_key": "s3cret-key"}
    it.post(page(destination()), filled(it, destination(), **changes))

    shown = text_of(it.post(act(destination(), "try")))

    assert far_side.asked[0].headers["Authorization"] == "Bearer s3cret-key"
    assert "not in order" in shown
    assert "No such database" in shown
    assert "s3cret-key" not in str(books())


@pytest.mark.parametrize("name", ["send-test", "rotate-secret"])
def test_buttons_of_webhooks_are_not_for_others(it: Client, name: str) -> None:
    add(it, kind="journal")

    with nothing_changes():
        it.post(act(destination(), name))
    assert act(destination(), name) not in it.get(page(destination())).content.decode()


def test_and_theirs_not_for_webhooks(it: Client) -> None:
    add(it, url="https://erp.example/")

    with nothing_changes():
        it.post(act(destination(), "try"))
