"""A register is told which policies answer it, and how old what is known of its shop is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.common.fields import format_instant
from apps.inventory.models import StockReport
from apps.returns.models import PolicyVersion
from apps.sales.models import Sale
from tests.world import Register, make_item, make_register, publish_policy


def own(register: Register) -> Any:
    return register.get("terminals/self").json()


def test_the_policy_that_would_decide_is_named_for_each_channel(register: Register) -> None:
    published_at = publish_policy("Web shop", channel="online").published_at
    assert published_at is not None
    told = {one.pop("channel"): one for one in own(register)["policies"]}
    assert told["online"] == {
        "policy": "Web shop", "version": 1, "published_at": format_instant(published_at),
    }  # fmt: skip
    assert {told["store"]["policy"], told["phone"]["policy"]} == {"Standard"}


def test_a_new_version_is_told_at_once(register: Register) -> None:
    (before, *_), _ = own(register)["policies"], publish_policy()
    assert own(register)["policies"][0]["version"] == before["version"] + 1


def test_a_policy_for_another_shop_is_not_told(register: Register) -> None:
    publish_policy("Elsewhere", scope="store", store=make_register(store="0043").store)
    assert {one["policy"] for one in own(register)["policies"]} == {"Standard"}


def test_where_nothing_is_in_force_nothing_is_named(register: Register) -> None:
    PolicyVersion.objects.update(status="retired")
    assert own(register)["policies"] == []


def test_ages_are_of_its_own_shop(register: Register) -> None:
    other, now = make_register(store="0043"), timezone.now()
    other.sell()
    assert own(register)["data_ages"] == {"sale_received_at": None, "stock_told_at": None}
    register.sell()
    StockReport.objects.create(
        source="flow:1", store=register.store, item=make_item("A1"), told_at=now, on_hand=Decimal(3)
    )
    received_at = Sale.objects.get(store=register.store).received_at
    assert own(register)["data_ages"] == {
        "sale_received_at": format_instant(received_at),
        "stock_told_at": format_instant(now),
    }
