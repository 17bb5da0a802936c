"""Things go by the names that people know, not by ids; empty choices are words."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from apps.events.models import Event
from apps.idempotency.models import IdempotentRequest
from apps.inventory.models import StockLevel
from apps.returns.models import BackTest, PolicyVersion, ReturnPolicy
from apps.sales.models import Sale
from apps.stores.models import Region
from apps.terminals.models import Terminal
from apps.terminals.policy.health import Facts, look_at
from tests.admin.helpers import page, text_of, url
from tests.world import SOLD_AT, Register


def test_what_a_request_or_event_came_to_is_a_link(it: Client, register: Register) -> None:
    register.sell()
    link = f'<a href="{page(Sale.objects.get())}">the sale</a>'
    assert link in it.get(url(IdempotentRequest)).content.decode()
    assert link in it.get(url(Event)).content.decode()


def test_a_level_is_called_by_item_and_shop(it: Client, register: Register) -> None:
    register.count_stock("RED", "3")
    level = StockLevel.objects.get()
    assert f"RED Item RED · {register.store}" in text_of(it.get(page(level)))


def test_how_far_a_back_test_is_shows_no_markup(it: Client, register: Register) -> None:
    BackTest.objects.create(
        version=PolicyVersion.objects.get(), rules={}, lock_version=1, days=30,
        returns_since=SOLD_AT - timedelta(days=30), returns_until=SOLD_AT, asked_at=SOLD_AT, due_at=SOLD_AT,
        asked_by="ines", seen=1, total=2,
    )  # fmt: skip
    assert "&lt;span" not in it.get(url(BackTest)).content.decode()


def test_a_region_says_how_many_shops_it_has(it: Client, register: Register) -> None:
    region = Region.objects.create(name="North")
    type(register.store).objects.update(region=region)
    assert "North 1" in text_of(it.get(url(Region)))


def test_no_choice_is_a_word_or_a_dash(it: Client, register: Register) -> None:
    form = it.get(url(Terminal, "add")).content.decode()
    assert "Please choose" in form
    policy = it.get(url(ReturnPolicy, "add")).content.decode()
    assert "---------" not in form + policy
    assert 'data-shown-for="scope=region"' in policy


def test_what_has_no_versions_has_no_page_of_them(it: Client, register: Register) -> None:
    register.sell()
    assert it.get(url(Sale, "history", Sale.objects.get().pk)).status_code == 404


def test_the_register_of_a_web_shop_needs_no_code() -> None:
    facts = Facts("pending", False, None, None, None, None, (), speaks_itself=False)
    assert [(one.tone, one.says) for one in look_at(facts, now=SOLD_AT)] == [
        ("calm", "Of a web shop: needs no key")
    ]
