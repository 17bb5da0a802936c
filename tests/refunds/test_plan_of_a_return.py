"""Where the money of a return goes, as the register is told."""

from __future__ import annotations

from typing import Any

import pytest

from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, Json, refunds_seen, sell, take_back, work
from tests.world import Register, card, return_body


def cash(amount: int, number: int = 1) -> Json:
    return {"number": number, "kind": "cash", "amount": amount}


def plan(response: Any) -> list[tuple[Any, ...]]:
    assert response.status_code == 201, response.content
    refunds = response.json()["refunds"]
    return [(r["tender"], r["kind"], r["amount"], r["status"]) for r in refunds]


def test_money_goes_back_in_the_order_of_the_receipt(register: Register) -> None:
    sale = sell(register, cash(500), card(1000, number=2), units=10)

    response = register.take_back(sale, "4")

    assert plan(response) == [(1, "cash", 500, "succeeded"), (2, "card", 100, "submitted")]


def test_what_is_on_its_way_already_counts_against_the_tender(register: Register) -> None:
    sale = sell(register, card(500), cash(1000, number=2), units=10)
    register.take_back(sale, "2")

    response = register.take_back(sale, "4")

    assert plan(response) == [(1, "card", 200, "submitted"), (2, "cash", 400, "succeeded")]


def test_what_went_back_earlier_counts_against_the_tender(register: Register, clock: Clock) -> None:
    sale = sell(register, card(500), cash(1000, number=2), units=10)
    register.take_back(sale, "2")
    work(clock)

    response = register.take_back(sale, "8")

    assert plan(response) == [(1, "card", 200, "submitted"), (2, "cash", 1000, "succeeded")]
    work(clock)
    tenders = SaleTender.objects.order_by("number")
    assert list(tenders.values_list("refunded_minor", "pending_minor")) == [(500, 0), (1000, 0)]


def test_a_card_that_must_be_present_takes_nothing_back(register: Register) -> None:
    absent = {**card(1000, number=1), "needs_card_present": True}

    returned = take_back(register, absent, cash(500, number=2))

    assert refunds_seen(register, returned) == [
        (2, "cash", 500, "succeeded"),
        (None, "store_credit", 1000, "succeeded"),
    ]


def test_a_customer_may_prefer_store_credit(register: Register) -> None:
    returned = take_back(register, cash(500), card(1000, number=2), refund_to="store_credit")

    assert refunds_seen(register, returned) == [(None, "store_credit", 1500, "succeeded")]
    assert list(SaleTender.objects.values_list("refunded_minor", flat=True)) == [0, 0]


@pytest.mark.cooks_the_books
def test_what_no_tender_can_take_becomes_store_credit(register: Register) -> None:
    sale = sell(register, card(1000), units=10)
    SaleTender.objects.update(refunded_minor=700)  # refunded before the sale reached us

    response = register.take_back(sale, "8")

    assert plan(response) == [
        (1, "card", 300, "submitted"),
        (None, "store_credit", 500, "succeeded"),
    ]


def test_a_quote_says_the_same_and_promises_nothing(register: Register) -> None:
    sale = sell(register, cash(500), card(1000, number=2), units=10)

    quote = register.post("returns/quote", return_body(sale, "4")).json()["refunds"]

    assert [(r["tender"], r["kind"], r["amount"], r["id"]) for r in quote] == [
        (1, "cash", 500, None),
        (2, "card", 100, None),
    ]
    assert list(SaleTender.objects.values_list("pending_minor", flat=True)) == [0, 0]
