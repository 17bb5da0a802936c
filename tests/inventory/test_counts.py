"""Shelf counts, and asking what is there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.inventory.models import StockCount, StockMovement
from tests.books import nothing_changes
from tests.world import (
    REMOVED,
    Register,
    buckets,
    changed,
    exchange_line,
    level,
    make_item,
    make_register,
    problem,
)

COUNT = {"sku": "85123A", "counted": "17"}


def test_a_count_says_what_was_expected_and_moves_the_difference(register: Register) -> None:
    register.sell()
    response = register.post("stock/counts", {**COUNT, "operator": "1042"})
    assert (response.status_code, response.json()) == (
        201,
        {"sku": "85123A", "counted": "17", "expected": "-6", "difference": "23"},
    )
    assert level("85123A").on_hand == 17
    count, movement = StockCount.objects.get(), StockMovement.objects.get(kind="count")
    assert (count.counted_by, count.expected) == ("1042", Decimal(-6))
    assert (movement.quantity, movement.reference) == (Decimal(23), f"count:{count.pk}")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.subject_id) == ("stock.counted", "85123A")


def test_a_count_tells_the_new_level(register: Register) -> None:
    register.count_stock("85123A", "4.5")
    told = Event.objects.get(type="stock.changed")
    assert told.subject_id == StockMovement.objects.get().reference
    assert told.data["items"][0] | {"sku": "85123A", "on_hand": "4.5"} == told.data["items"][0]


def test_a_count_that_agrees_moves_and_tells_nothing(register: Register) -> None:
    register.count_stock("85123A", "4.5")
    register.count_stock("85123A", "4.500")
    assert Event.objects.filter(type="stock.changed").count() == 1
    assert StockMovement.objects.count() == 1
    assert [c.counted - c.expected for c in StockCount.objects.order_by("id")] == [
        Decimal("4.5"),
        0,
    ]


def test_nothing_may_be_counted(register: Register) -> None:
    register.count_stock("85123A", "4")
    register.count_stock("85123A", "0")
    assert level("85123A").on_hand == 0


def test_a_count_repeated_counts_once(register: Register) -> None:
    make_item("85123A")
    first = register.post("stock/counts", COUNT, key="0042-03-count-0001")
    with nothing_changes():
        again = register.post("stock/counts", COUNT, key="0042-03-count-0001")
    assert again.content == first.content


def test_an_item_nobody_knows_cannot_be_counted(register: Register) -> None:
    with nothing_changes():
        problem(register.post("stock/counts", COUNT), 404, "not-found")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("sku", 85123, "wrong-type"),
        ("sku", REMOVED, "required"),
        ("counted", 17, "wrong-type"),
        ("counted", "-1", "wrong-type"),
        ("counted", "1.0001", "wrong-type"),
        ("counted", REMOVED, "required"),
        ("occurred_at", "2026-11-20T10:00:00", "wrong-type"),
        ("store", "0042", "unknown-field"),
    ],
)
def test_a_count_that_is_none_is_refused(
    register: Register, field: str, value: Any, code: str
) -> None:
    make_item("85123A")
    with nothing_changes():
        document = problem(
            register.post("stock/counts", changed(COUNT, field, value)), 400, "invalid-request"
        )
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(field, code)]


def test_stock_is_seen_here_and_in_other_shops(register: Register) -> None:
    other = make_register(store="0043")
    register.count_stock("85123A", "5")
    other.count_stock("85123A", "0.35")
    shown = register.get("stock", sku="85123A").json()
    assert [(row["store"], row["on_hand"]) for row in shown["items"]] == [
        ("0042", "5"),
        ("0043", "0.35"),
    ]
    one = register.get("stock", sku="85123A", store="0043").json()["items"]
    assert [row["store"] for row in one] == ["0043"]
    assert register.get("stock", sku="NONE").json() == {"items": [], "next": None}


def test_what_is_promised_is_not_available(register: Register) -> None:
    register.count_stock("RED", "5")
    register.authorize(register.sell(), exchange=[exchange_line("RED", "2")])
    (row,) = register.get("stock", sku="RED").json()["items"]
    assert row == {
        "store": "0042", "sku": "RED", "on_hand": "5", "reserved": "2", "available": "3",
        "quarantined": "0", "damaged": "0",
    }  # fmt: skip
    assert buckets("RED") == {"sellable": 5}


@pytest.mark.parametrize("query", [{}, {"sku": ""}, {"sku": "A", "shop": "0042"}])
def test_a_question_that_is_none_is_refused(register: Register, query: dict[str, str]) -> None:
    problem(register.get("stock", **query), 400, "invalid-request")
