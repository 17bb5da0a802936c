"""Refunds through Stripe, from the register to the last answer. One refund there, whatever happens."""

from __future__ import annotations

import pytest

from apps.refunds.gateways import stripe_gateway
from apps.refunds.models import Refund
from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, Json, refunds_seen, take_back, told, work
from tests.refunds.stripe_stand_in import (
    BROKEN,
    DECLINED,
    NOT_LET_IN,
    TOO_MANY,
    StripeStandIn,
    Trouble,
)
from tests.world import Register, card


def take_back_by_stripe(register: Register, processor: StripeStandIn) -> Json:
    processor.take("pi_1", 1000)
    return take_back(register, {**card(1000, ref="pi_1"), "gateway": "stripe"})


def state() -> tuple[str, int]:
    refund = Refund.objects.get(kind="card")
    return refund.status, refund.attempts


def test_a_refund_goes_through(register: Register, clock: Clock, processor: StripeStandIn) -> None:
    returned = take_back_by_stripe(register, processor)

    work(clock)

    refund = Refund.objects.get()
    assert (refund.status, refund.provider_ref) == ("succeeded", "re_1")
    assert processor.books.refunds[0]["metadata"] == {"refund_id": str(refund.pk)}
    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]
    assert SaleTender.objects.get().refunded_minor == 1000


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(BROKEN),
        Trouble(BROKEN, after=True),
        Trouble(None),
        Trouble(None, after=True),
        Trouble(None, after=True, hang=True),
    ],
    ids=["500 before", "500 after", "cut before", "cut after", "hangs after"],
)
def test_an_unclear_answer_is_asked_about_and_paid_once(
    register: Register,
    clock: Clock,
    processor: StripeStandIn,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Trouble,
) -> None:
    monkeypatch.setattr(stripe_gateway, "TIMEOUT_S", 1)
    take_back_by_stripe(register, processor)
    processor.make_trouble(trouble)
    work(clock)
    assert state() == ("unknown", 1)

    clock.forward(5)
    work(clock)

    assert state() == ("succeeded", 2)
    assert [r["amount"] for r in processor.books.refunds] == [1000]
    assert len({key for method, key in processor.books.requests if method == "POST"}) == 1
    assert told() == [("refund.succeeded", 1000)]


@pytest.mark.parametrize("answer", [TOO_MANY, NOT_LET_IN], ids=["too many", "not let in"])
def test_a_request_turned_away_stays_on_its_way_until_it_is_let_in(
    register: Register, clock: Clock, processor: StripeStandIn, answer: tuple[int, Json]
) -> None:
    take_back_by_stripe(register, processor)
    processor.make_trouble(Trouble(answer), Trouble(answer, method="GET"))
    for seconds in (5, 15):
        work(clock)
        assert state()[0] == "submitted"
        clock.forward(seconds)

    work(clock)

    assert state() == ("succeeded", 3)
    assert len(processor.books.refunds) == 1


def test_a_question_turned_away_leaves_the_outcome_unknown(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    take_back_by_stripe(register, processor)
    processor.make_trouble(Trouble(None, after=True), Trouble(TOO_MANY, method="GET"))
    work(clock)
    clock.forward(5)
    work(clock)
    assert state() == ("unknown", 2)

    clock.forward(15)
    work(clock)

    assert state() == ("succeeded", 3)
    assert len(processor.books.refunds) == 1


def test_a_decline_becomes_store_credit(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    returned = take_back_by_stripe(register, processor)
    processor.make_trouble(Trouble(DECLINED))

    work(clock)

    assert Refund.objects.get(kind="card").failure_code == "card_declined"
    assert refunds_seen(register, returned) == [
        (1, "card", 1000, "superseded"),
        (None, "store_credit", 1000, "succeeded"),
    ]


def test_a_payment_it_does_not_know_becomes_store_credit_also_when_asked_first(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    take_back(register, {**card(1000, ref="pi_gone"), "gateway": "stripe"})
    processor.make_trouble(Trouble(NOT_LET_IN))
    work(clock)
    assert state() == ("submitted", 1)

    clock.forward(5)
    work(clock)

    assert state() == ("superseded", 2)
    assert Refund.objects.get(kind="card").failure_code == "resource_missing"


def test_a_pending_refund_is_looked_at_again_until_it_is_done(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    take_back_by_stripe(register, processor)
    processor.books.next_status = "pending"
    work(clock)
    assert (state(), Refund.objects.get().provider_ref) == (("submitted", 1), "re_1")
    clock.forward(5)
    work(clock)
    assert (state(), told()) == (("submitted", 2), [])

    processor.books.refunds[0]["status"] = "succeeded"
    clock.forward(15)
    work(clock)

    assert state() == ("succeeded", 3)
    assert [method for method, _ in processor.books.requests] == ["POST", "GET", "GET"]


def test_a_pending_refund_that_fails_becomes_store_credit(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    take_back_by_stripe(register, processor)
    processor.books.next_status = "pending"
    work(clock)

    processor.books.refunds[0] |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    clock.forward(5)
    work(clock)

    assert state() == ("superseded", 2)
    assert told() == [("refund.failed", 1000), ("refund.succeeded", 1000)]
