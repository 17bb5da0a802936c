"""Store credit and gift cards: we are their provider, and their ledger is the truth."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone

from apps.refunds.models import Refund, StoreCredit, StoreCreditEntry
from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, Json, refunds_seen, sell, take_back, told, trail, work
from tests.world import Register, card


def gift_card(amount: int, code: str, number: int = 1) -> Json:
    return {"number": number, "kind": "gift_card", "amount": amount, "gateway_ref": code}


def issue(register: Register, **values: Any) -> StoreCredit:
    """An empty gift card of ours."""
    card = {"code": "GC-1", "kind": "gift_card", "currency": "EUR", **values}
    return StoreCredit.objects.create(store=register.store, created_at=timezone.now(), **card)


def books() -> list[tuple[str, int]]:
    """(code, balance) of every account, having checked each against its ledger."""
    accounts = StoreCredit.objects.annotate(ledger=Sum("entries__amount_minor"))
    assert all(account.balance_minor == (account.ledger or 0) >= 0 for account in accounts)
    return list(accounts.order_by("created_at").values_list("code", "balance_minor"))


def test_a_gift_card_that_paid_gets_its_money_back(register: Register) -> None:
    account = issue(register)

    returned = take_back(register, gift_card(1000, "GC-1"))

    assert refunds_seen(register, returned) == [(1, "gift_card", 1000, "succeeded")]
    assert books() == [("GC-1", 1000)]
    assert Refund.objects.get().store_credit_id == account.pk
    assert SaleTender.objects.get().refunded_minor == 1000


def test_a_gift_card_of_another_house_is_paid_back_on_a_new_one(register: Register) -> None:
    returned = take_back(register, gift_card(1000, "elsewhere-7"))

    ((code, balance),) = books()
    assert balance == 1000
    assert re.fullmatch(r"SC(-[2-9A-HJ-NP-Z]{4}){4}", code)
    assert returned["refunds"][0]["credit_code"] == code
    assert StoreCredit.objects.get().kind == "gift_card"


def test_a_gift_card_in_another_currency_is_left_alone(register: Register) -> None:
    issue(register, currency="USD")

    take_back(register, gift_card(1000, "GC-1"))

    assert [balance for _, balance in books()] == [0, 1000]


def test_partial_returns_add_up_on_the_same_gift_card(register: Register) -> None:
    issue(register)
    sale = sell(register, gift_card(1000, "GC-1"), units=3 + 7)

    for quantity in ("3", "7"):
        register.take_back(sale, quantity)

    assert books() == [("GC-1", 1000)]
    entries = StoreCreditEntry.objects.order_by("id")
    assert list(entries.values_list("amount_minor", flat=True)) == [300, 700]


def test_every_store_credit_is_an_account_of_its_own(register: Register) -> None:
    codes = [
        take_back(register, card(1000), refund_to="store_credit")["refunds"][0]["credit_code"]
        for _ in range(3)
    ]

    assert books() == [(code, 1000) for code in codes]


def test_credit_is_told_and_in_the_trail_with_the_return(register: Register) -> None:
    take_back(register, card(1000), refund_to="store_credit")

    assert trail() == [("refund.succeeded", "succeeded", "terminal")]
    assert told() == [("refund.succeeded", 1000)]


def test_credit_is_given_once_however_often_the_worker_looks(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000, ref="sbx_decline_1"))

    for _ in range(3):
        work(clock)
        clock.forward(3600)

    assert [balance for _, balance in books()] == [1000]


def test_nobody_can_spend_more_than_there_is(register: Register) -> None:
    issue(register)
    take_back(register, gift_card(1000, "GC-1"))

    with pytest.raises(IntegrityError, match="store_credit_not_negative"), transaction.atomic():
        StoreCredit.objects.update(balance_minor=F("balance_minor") - 1001)

    assert books() == [("GC-1", 1000)]


def test_the_ledger_cannot_be_changed(register: Register) -> None:
    take_back(register, gift_card(1000, "GC-1"))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StoreCreditEntry.objects.update(amount_minor=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StoreCreditEntry.objects.all().delete()
