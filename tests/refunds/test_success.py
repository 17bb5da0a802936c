"""A refund that the processor carries out."""

from __future__ import annotations

from apps.refunds.models import Refund, SandboxRefund
from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, refunds_seen, steps, take_back, told, trail, work
from tests.world import Register, card


def test_a_due_refund_is_paid_back_once(register: Register, clock: Clock) -> None:
    returned = take_back(register, card(1000))

    assert work(clock) == 1

    refund = Refund.objects.get()
    booked = SandboxRefund.objects.get()
    assert (refund.status, refund.attempts, refund.settled_at) == ("succeeded", 1, clock.now)
    assert refund.next_attempt_at is None
    assert refund.provider_ref == f"sbx_re_{booked.pk.hex}"
    assert (booked.key, booked.amount_minor) == (f"rms-refund-{refund.pk}", 1000)
    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]


def test_the_tender_is_charged_with_what_went_back(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))
    tender = SaleTender.objects.get()
    assert (tender.pending_minor, tender.refunded_minor) == (1000, 0)

    work(clock)

    tender.refresh_from_db()
    assert (tender.pending_minor, tender.refunded_minor) == (0, 1000)


def test_every_step_is_kept_and_told(register: Register, clock: Clock) -> None:
    returned = take_back(register, card(1000))

    work(clock)

    assert steps(returned["refunds"][0]["id"]) == [(1, "request"), (1, "success")]
    assert trail() == [("refund.succeeded", "succeeded", "worker")]
    assert told() == [("refund.succeeded", 1000)]


def test_there_is_nothing_left_to_do_afterwards(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))
    work(clock)
    clock.forward(365 * 86400)

    assert work(clock) == 0

    assert SandboxRefund.objects.count() == 1


def test_each_card_of_a_split_payment_is_refunded_on_its_own(
    register: Register, clock: Clock
) -> None:
    returned = take_back(register, card(700), card(300, number=2, ref="sbx_decline_2"))

    assert work(clock) == 2

    assert refunds_seen(register, returned) == [
        (1, "card", 700, "succeeded"),
        (2, "card", 300, "superseded"),
        (None, "store_credit", 300, "succeeded"),
    ]
