"""The sandbox processor does what IT tells it to."""

from __future__ import annotations

from apps.refunds.models import Refund, SandboxInstruction, SandboxRefund
from tests.refunds.scene import Clock, take_back, work
from tests.world import Register, card


def instruct(behaviour: str, remaining: int = 1, ref: str = "") -> SandboxInstruction:
    return SandboxInstruction.objects.create(
        behaviour=behaviour, remaining=remaining, payment_ref=ref
    )


def outcomes() -> list[str]:
    cards = Refund.objects.filter(kind="card").order_by("created_at")
    return list(cards.values_list("status", flat=True))


def test_an_instruction_holds_for_the_next_n_refunds(register: Register, clock: Clock) -> None:
    told = instruct("decline", remaining=2)
    for _ in range(3):
        take_back(register, card(1000))

    work(clock)

    assert outcomes() == ["superseded", "superseded", "succeeded"]
    told.refresh_from_db()
    assert told.remaining == 0


def test_an_instruction_for_one_payment_leaves_the_others_alone(
    register: Register, clock: Clock
) -> None:
    instruct("decline", remaining=9, ref="pay-2")
    for ref in ("pay-1", "pay-2", "pay-3"):
        take_back(register, card(1000, ref=ref))

    work(clock)

    assert outcomes() == ["succeeded", "superseded", "succeeded"]


def test_an_instruction_for_the_payment_comes_before_a_general_one(
    register: Register, clock: Clock
) -> None:
    general, special = instruct("decline"), instruct("timeout", ref="pay-1")
    take_back(register, card(1000, ref="pay-1"))

    work(clock)

    assert outcomes() == ["unknown"]
    left = SandboxInstruction.objects.in_bulk([general.pk, special.pk])
    assert (left[general.pk].remaining, left[special.pk].remaining) == (1, 0)


def test_a_repeated_request_uses_no_instruction_up(register: Register, clock: Clock) -> None:
    instruct("timeout")
    take_back(register, card(1000))
    work(clock)
    told = instruct("decline")

    clock.forward(5)
    work(clock)

    told.refresh_from_db()
    assert (outcomes(), told.remaining) == (["succeeded"], 1)
    assert SandboxRefund.objects.count() == 1
