"""A processor that is not set up here: a refund waits rather than seem paid."""

from __future__ import annotations

from typing import Any

import pytest

from apps.refunds.models import Refund, RefundEvent, SandboxRefund
from tests.refunds.scene import Clock, take_back, told, work
from tests.refunds.stripe_stand_in import StripeStandIn
from tests.world import Register, card


def waiting() -> list[tuple[str, str]]:
    """(status, why) of the refund after its only attempt."""
    why = RefundEvent.objects.get(kind="unknown").detail["detail"]
    return [(refund.status, why) for refund in Refund.objects.all()]


@pytest.mark.parametrize("gateway", ["sandbox", "stripe"])
def test_nothing_seems_paid_where_the_sandbox_is_not_allowed(
    register: Register, clock: Clock, settings: Any, gateway: str
) -> None:
    settings.SANDBOX_PAYMENTS = False
    take_back(register, {**card(1000), "gateway": gateway})

    work(clock)

    assert waiting() == [("submitted", f"no processor «{gateway}» is set up")]
    assert (SandboxRefund.objects.count(), told()) == (0, [])


def test_the_refund_of_an_unknown_processor_is_sent_to_no_other(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    take_back(register, {**card(1000), "gateway": "elsewhere"})

    work(clock)

    assert waiting() == [("submitted", "no processor «elsewhere» is set up")]
    assert (processor.books.requests, SandboxRefund.objects.count()) == ([], 0)


def test_it_is_paid_once_the_processor_is_set_up(
    register: Register, clock: Clock, settings: Any
) -> None:
    settings.SANDBOX_PAYMENTS = False
    take_back(register, card(1000))
    work(clock)
    settings.SANDBOX_PAYMENTS = True
    clock.forward(5)

    work(clock)

    assert Refund.objects.get().status == "succeeded"
    assert SandboxRefund.objects.count() == 1


def test_a_payment_that_names_no_processor_was_taken_by_the_one_we_have(
    register: Register, clock: Clock, processor: StripeStandIn
) -> None:
    processor.take("pi_1", 1000)
    take_back(register, {**card(1000, ref="pi_1"), "gateway": ""})

    work(clock)

    assert Refund.objects.get().gateway == "stripe"
    assert [refund["amount"] for refund in processor.books.refunds] == [1000]
