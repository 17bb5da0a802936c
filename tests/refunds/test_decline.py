"""A refund that the processor refuses: the money goes back as store credit instead."""

from __future__ import annotations

import pytest

from apps.events.models import Event
from apps.refunds.models import Refund, SandboxPayment, SandboxRefund, StoreCredit, StoreCreditEntry
from apps.sales.models import SaleTender
from tests.refunds.scene import (
    Clock,
    Json,
    refunds_seen,
    sell,
    steps,
    take_back,
    told,
    trail,
    work,
)
from tests.world import Register, card


def declined(register: Register, clock: Clock) -> Json:
    returned = take_back(register, card(1000, ref="sbx_decline_1"))
    work(clock)
    return returned


def test_a_declined_refund_gives_way_to_store_credit(register: Register, clock: Clock) -> None:
    returned = declined(register, clock)

    refund, instead = Refund.objects.order_by("created_at")
    assert (refund.status, refund.failure_code) == ("superseded", "declined")
    assert refund.superseded_by_id == instead.pk
    assert (instead.status, instead.kind, instead.amount_minor) == (
        "succeeded",
        "store_credit",
        1000,
    )
    assert instead.reference == f"return:{returned['id']}"


def test_the_credit_is_in_the_ledger_and_in_the_balance(register: Register, clock: Clock) -> None:
    declined(register, clock)

    account = StoreCredit.objects.get()
    entry = StoreCreditEntry.objects.get()
    instead = Refund.objects.get(kind="store_credit")
    assert (account.balance_minor, account.currency, account.customer_ref) == (
        1000,
        "EUR",
        "C-20931",
    )
    assert (entry.account_id, entry.amount_minor) == (account.pk, 1000)
    assert entry.reference == f"refund:{instead.pk}"
    assert instead.store_credit_id == account.pk


def test_the_card_is_free_of_what_was_on_its_way(register: Register, clock: Clock) -> None:
    declined(register, clock)

    tender = SaleTender.objects.get()
    assert (tender.pending_minor, tender.refunded_minor) == (0, 0)


def test_the_refusal_is_kept_and_told_before_the_credit(register: Register, clock: Clock) -> None:
    returned = declined(register, clock)

    assert steps(returned["refunds"][0]["id"]) == [(1, "request"), (1, "failure")]
    assert trail() == [
        ("refund.failed", "superseded", "worker"),
        ("refund.succeeded", "succeeded", "worker"),
    ]
    assert told() == [("refund.failed", 1000), ("refund.succeeded", 1000)]
    assert Event.objects.get(type="refund.failed").data["code"] == "declined"


def test_the_register_sees_the_credit_and_its_code(register: Register, clock: Clock) -> None:
    returned = declined(register, clock)

    assert refunds_seen(register, returned) == [
        (1, "card", 1000, "superseded"),
        (None, "store_credit", 1000, "succeeded"),
    ]
    shown = register.get(f"returns/{returned['id']}").json()["refunds"]
    assert [r["credit_code"] for r in shown] == ["", StoreCredit.objects.get().code]


def test_a_refusal_touches_no_other_refund_of_the_payment(register: Register, clock: Clock) -> None:
    sale = sell(register, card(1000, ref="sbx_decline_1"), units=10)
    register.take_back(sale, "3")
    work(clock)

    again = register.take_back(sale, "7").json()["refunds"]

    assert [(r["kind"], r["amount"]) for r in again] == [("card", 700)]


@pytest.mark.cooks_the_books
def test_the_processor_refuses_more_than_it_ever_took(register: Register, clock: Clock) -> None:
    """Somebody has refunded half of the payment by hand, at the processor itself."""
    payment = SandboxPayment.objects.create(ref="pay-1", currency="EUR", amount_minor=1000)
    SandboxRefund.objects.create(
        payment=payment, key="by-hand", amount_minor=500, status="succeeded", created_at=clock.now
    )

    returned = take_back(register, card(1000, ref="pay-1"))
    work(clock)

    assert Refund.objects.get(kind="card").failure_code == "amount-too-large"
    assert refunds_seen(register, returned)[1] == (None, "store_credit", 1000, "succeeded")
    booked = SandboxRefund.objects.filter(status="succeeded")
    assert list(booked.values_list("amount_minor", flat=True)) == [500]
