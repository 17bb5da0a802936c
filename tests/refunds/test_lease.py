"""A worker that dies, and one that comes back from the dead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.refunds import store
from apps.refunds.commands import ClaimedRefund, GatewayAnswer, RefundOrder
from apps.refunds.gateways.base import OutcomeUnknown
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.models import Refund, SandboxRefund
from tests.refunds.scene import Clock, steps, take_back, told, work
from tests.world import Register, card

LEASE = timedelta(seconds=60)


def claim_and_die(clock: Clock) -> ClaimedRefund:
    """Take a refund on, as a worker does that is killed right afterwards."""
    [claimed] = store.claim_due(limit=1, now=clock.now, lease=clock.now + LEASE)
    return claimed


def test_nobody_else_touches_a_refund_before_its_lease_ends(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000))
    claim_and_die(clock)

    clock.forward(59)

    assert work(clock) == 0


def test_a_refund_abandoned_before_it_was_sent_is_sent_after_the_lease(
    register: Register, clock: Clock
) -> None:
    returned = take_back(register, card(1000))
    claim_and_die(clock)
    clock.forward(60)

    assert work(clock) == 1

    assert SandboxRefund.objects.count() == 1
    refund_id = returned["refunds"][0]["id"]
    assert steps(refund_id) == [(1, "request"), (2, "request"), (2, "success")]


def test_a_refund_abandoned_after_it_was_sent_is_found_and_not_sent_again(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000))
    SandboxGateway().refund(claim_and_die(clock).order)
    clock.forward(60)

    work(clock, gateways=lambda name: AsksOnly())

    assert SandboxRefund.objects.count() == 1
    assert Refund.objects.get().status == "succeeded"


class AsksOnly(SandboxGateway):
    """Fails the test when anything is sent."""

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        pytest.fail("sent without being asked about, or though it was found")


class Zombie(SandboxGateway):
    """Falls asleep over its call; meanwhile the lease ends and another worker does the job."""

    def __init__(self, clock: Clock, answer: GatewayAnswer | None) -> None:
        self.clock, self.answer = clock, answer

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        self.clock.forward(60)
        assert work(self.clock) == 1
        if self.answer is None:
            raise OutcomeUnknown("timed out")
        return self.answer


@pytest.mark.parametrize(
    "late", [GatewayAnswer("failed", code="declined"), GatewayAnswer("succeeded"), None]
)
def test_the_late_answer_of_an_old_attempt_is_dropped(
    register: Register, clock: Clock, late: GatewayAnswer | None
) -> None:
    returned = take_back(register, card(1000))

    work(clock, gateways=lambda name: Zombie(clock, late))

    refund = Refund.objects.get()
    assert (refund.status, refund.attempts, refund.failure_code) == ("succeeded", 2, "")
    assert steps(returned["refunds"][0]["id"])[-1] == (2, "success")
    assert told() == [("refund.succeeded", 1000)]


class Overtaken(SandboxGateway):
    """Falls asleep over its call; meanwhile another worker takes the refund on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        self.clock.forward(60)
        claim_and_die(self.clock)
        return GatewayAnswer("succeeded")


def test_a_late_answer_does_not_settle_what_another_worker_is_at(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000))

    work(clock, gateways=lambda name: Overtaken(clock))

    refund = Refund.objects.get()
    assert (refund.status, refund.attempts, told()) == ("submitted", 2, [])
    assert refund.next_attempt_at == clock.now + LEASE
