"""What each answer of Stripe means, through its own SDK and over real HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from apps.refunds.commands import RefundOrder
from apps.refunds.gateways import Gateway, gateway_for, stripe_gateway
from apps.refunds.gateways.base import NotProcessed, OutcomeUnknown
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.gateways.stripe_gateway import StripeGateway
from apps.refunds.policy import BEGIN_SHARE
from tests.refunds.stripe_stand_in import (
    BROKEN,
    BUSY,
    DECLINED,
    NOT_ALLOWED,
    NOT_LET_IN,
    TOO_MANY,
    Json,
    StripeStandIn,
    Trouble,
)


def order_of(ref: str = "pi_1", amount: int = 1000, currency: str = "EUR") -> RefundOrder:
    refund_id = uuid4()
    return RefundOrder(refund_id, f"rms-refund-{refund_id}", ref, 1000, amount, currency)


@pytest.fixture
def stripe(processor: StripeStandIn) -> Gateway:
    processor.take("pi_1", 1000)
    return gateway_for("stripe")


def test_a_refund_names_payment_amount_and_our_own_number(
    stripe: Gateway, processor: StripeStandIn
) -> None:
    order = order_of()

    answer = stripe.refund(order)

    assert (answer.status, answer.provider_ref, answer.code) == ("succeeded", "re_1", "")
    assert processor.books.sent == [
        {"payment_intent": "pi_1", "amount": "1000", "metadata[refund_id]": str(order.refund_id)}
    ]
    assert processor.books.requests == [("POST", order.idempotency_key)]


def test_a_charge_is_refunded_as_a_charge(stripe: Gateway, processor: StripeStandIn) -> None:
    processor.take("ch_1", 1000)
    order = order_of("ch_1")

    stripe.refund(order)

    assert processor.books.sent[0]["charge"] == "ch_1"
    found = stripe.find(order)
    assert found is not None
    assert found.provider_ref == "re_1"


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("EUR", 1000, "1000"),
        ("JPY", 1000, "1000"),  # no digits here, none there
        ("KWD", 1000, "1000"),
        ("ISK", 1000, "100000"),  # no digits here, two there
        ("UGX", 1000, "100000"),
        ("MGA", 100000, "1000"),  # two digits here, none there
    ],
)
def test_amounts_are_in_the_minor_units_that_stripe_counts(
    stripe: Gateway, processor: StripeStandIn, currency: str, ours: int, theirs: str
) -> None:
    processor.take("pi_2", 10**9, currency.lower())

    stripe.refund(order_of("pi_2", ours, currency))

    assert processor.books.sent[0]["amount"] == theirs


def test_a_decline_is_definite(stripe: Gateway, processor: StripeStandIn) -> None:
    processor.make_trouble(Trouble(DECLINED))

    said = stripe.refund(order_of())

    assert (said.status, said.code) == ("failed", "card_declined")


def test_a_payment_it_does_not_know_is_definite(stripe: Gateway) -> None:
    order = order_of("pi_unknown")

    assert stripe.find(order) is None
    assert stripe.refund(order).code == "resource_missing"


def test_more_than_was_paid_is_refused(stripe: Gateway, processor: StripeStandIn) -> None:
    stripe.refund(order_of(amount=600))

    said = stripe.refund(order_of(amount=600))

    assert (said.status, said.code) == ("failed", "invalid-request")
    assert [r["amount"] for r in processor.books.refunds] == [600]


@pytest.mark.parametrize("answer", [TOO_MANY, NOT_LET_IN, NOT_ALLOWED])
def test_a_request_that_was_turned_away_has_done_nothing(
    stripe: Gateway, processor: StripeStandIn, answer: tuple[int, Json]
) -> None:
    processor.make_trouble(Trouble(answer), Trouble(answer, method="GET"))

    with pytest.raises(NotProcessed):
        stripe.refund(order_of())
    with pytest.raises(NotProcessed):
        stripe.find(order_of())

    assert processor.books.refunds == []


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(BROKEN),
        Trouble(BROKEN, after=True),
        Trouble(BUSY),
        Trouble(None),
        Trouble(None, after=True),
    ],
)
def test_without_a_clear_answer_the_outcome_is_unknown(
    stripe: Gateway, processor: StripeStandIn, trouble: Trouble
) -> None:
    processor.make_trouble(trouble)

    with pytest.raises(OutcomeUnknown):
        stripe.refund(order_of())

    assert len(processor.books.requests) == 1  # the library repeats nothing by itself


def test_an_answer_that_does_not_come_is_not_waited_for(
    processor: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_gateway, "TIMEOUT_S", 0.2)
    processor.take("pi_1", 1000)
    processor.make_trouble(Trouble(None, after=True, hang=True))

    with pytest.raises(OutcomeUnknown, match="APIConnectionError"):
        gateway_for("stripe").refund(order_of())

    assert len(processor.books.refunds) == len(processor.books.requests) == 1


def test_asking_and_sending_end_before_the_lease(settings: Any) -> None:
    to_begin = settings.REFUND_LEASE_S / BEGIN_SHARE
    assert to_begin + 2 * stripe_gateway.TIMEOUT_S < settings.REFUND_LEASE_S


def test_the_same_key_is_the_same_refund(stripe: Gateway, processor: StripeStandIn) -> None:
    order = order_of(amount=400)

    answers = [stripe.refund(order) for _ in range(3)]

    assert {answer.provider_ref for answer in answers} == {"re_1"}
    assert len(processor.books.refunds) == 1


def test_the_same_key_for_another_amount_decides_nothing(
    stripe: Gateway, processor: StripeStandIn
) -> None:
    order = order_of(amount=400)
    stripe.refund(order)
    other = RefundOrder(order.refund_id, order.idempotency_key, "pi_1", 1000, 500, "EUR")

    with pytest.raises(OutcomeUnknown, match="IdempotencyError"):
        stripe.refund(other)

    assert [r["amount"] for r in processor.books.refunds] == [400]


def test_a_refund_is_found_by_our_own_number_among_many(
    stripe: Gateway, processor: StripeStandIn
) -> None:
    orders = [order_of(amount=100) for _ in range(7)]  # several pages
    for order in orders:
        stripe.refund(order)

    found = [stripe.find(order) for order in orders]

    assert [f and f.provider_ref for f in found] == [f"re_{n}" for n in range(1, 8)]
    assert stripe.find(order_of()) is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("succeeded", "succeeded"),
        ("pending", "submitted"),
        ("requires_action", "requires_action"),
        ("failed", "failed"),
        ("canceled", "failed"),
        ("something new", "submitted"),
    ],
)
def test_each_state_of_theirs_is_one_of_ours(
    stripe: Gateway, processor: StripeStandIn, theirs: str, ours: str
) -> None:
    processor.books.next_status = theirs
    order = order_of()

    assert stripe.refund(order).status == ours
    found = stripe.find(order)
    assert found is not None
    assert found.status == ours


def test_why_a_refund_failed_later_is_kept(stripe: Gateway, processor: StripeStandIn) -> None:
    order = order_of()
    stripe.refund(order)
    processor.books.refunds[0] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}

    found = stripe.find(order)

    assert found is not None
    assert (found.status, found.code) == ("failed", "lost_or_stolen_card")


@pytest.mark.usefixtures("processor")
def test_the_sandbox_stays_the_sandbox_when_stripe_is_set_up() -> None:
    assert isinstance(gateway_for("sandbox"), SandboxGateway)
    assert isinstance(gateway_for("stripe"), StripeGateway)


def test_without_a_key_the_sandbox_stands_in_for_all() -> None:
    assert isinstance(gateway_for("stripe"), SandboxGateway)
