"""No clear answer: asked again, and never paid twice."""

from __future__ import annotations

from apps.refunds.models import Refund, SandboxInstruction, SandboxRefund
from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, refunds_seen, steps, take_back, told, trail, work
from tests.world import Register, card


def status() -> str:
    return Refund.objects.get().status


def test_a_time_out_after_the_refund_is_asked_about_and_found(
    register: Register, clock: Clock
) -> None:
    returned = take_back(register, card(1000, ref="sbx_timeout_1"))
    work(clock)
    assert (status(), SandboxRefund.objects.count()) == ("unknown", 1)

    clock.forward(5)
    work(clock)

    booked = SandboxRefund.objects.get()
    assert Refund.objects.get().provider_ref == f"sbx_re_{booked.pk.hex}"
    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]
    assert steps(returned["refunds"][0]["id"]) == [
        (1, "request"), (1, "unknown"), (2, "request"), (2, "success"),
    ]  # fmt: skip


def test_an_error_before_the_refund_is_asked_about_and_sent_again(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000, ref="sbx_error_1"))
    work(clock)
    assert (status(), SandboxRefund.objects.count()) == ("unknown", 0)

    clock.forward(5)
    work(clock)

    refund = Refund.objects.get()
    assert (refund.status, refund.attempts) == ("succeeded", 2)
    assert SandboxRefund.objects.get().key == f"rms-refund-{refund.pk}"


def test_what_is_not_known_still_counts_as_on_its_way(register: Register, clock: Clock) -> None:
    returned = take_back(register, card(1000, ref="sbx_timeout_1"))

    work(clock)

    tender = SaleTender.objects.get()
    assert (tender.pending_minor, tender.refunded_minor) == (1000, 0)
    assert refunds_seen(register, returned) == [(1, "card", 1000, "unknown")]
    assert (trail(), told()) == ([], [])


def test_it_is_told_once_however_often_it_was_asked_about(register: Register, clock: Clock) -> None:
    SandboxInstruction.objects.create(behaviour="error", remaining=3)
    take_back(register, card(1000))

    for _ in range(5):
        work(clock)
        clock.forward(3600)

    assert (status(), Refund.objects.get().attempts) == ("succeeded", 4)
    assert trail() == [("refund.succeeded", "succeeded", "worker")]
    assert told() == [("refund.succeeded", 1000)]
    assert SaleTender.objects.get().refunded_minor == 1000
