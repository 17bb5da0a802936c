"""Refunds that are claimed, and settled, together: each is still a matter of its own."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from apps.refunds import policy, store
from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.models import Refund, SandboxRefund
from apps.sales.models import SaleTender
from tests.refunds.scene import Clock, sell, steps, take_back, told, trail, work
from tests.world import Register, card, return_line


class Pays(SandboxGateway):
    """Says yes at once, and keeps no books: what is left are our own statements."""

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        return GatewayAnswer("succeeded", provider_ref="re_1")


class Slow(SandboxGateway):
    """Each call takes so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        self.clock.forward(self.seconds)
        return super().refund(order)


def statements(clock: Clock) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert work(clock, gateways=lambda name: Pays())
    return len(captured)


def test_four_cost_as_many_statements_as_one(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))
    one = statements(clock)
    take_back(register, *(card(10, number=n) for n in range(1, 5)))

    assert statements(clock) == one == 9
    assert len(told()) == len(trail()) == 5


def test_a_tender_that_gets_several_back_is_charged_with_all(
    register: Register, clock: Clock
) -> None:
    sale = sell(register, card(1000), units=2)
    for _ in range(2):
        register.take_back(sale, lines=[return_line(1, "1")])

    assert work(clock) == 2

    tender = SaleTender.objects.get()
    assert (tender.pending_minor, tender.refunded_minor) == (0, 1000)


def test_one_that_cannot_be_settled_leaves_the_others_settled(
    register: Register, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_back(register, *(card(10, number=n) for n in (1, 2, 3)))
    bad = Refund.objects.get(sale_tender__number=2).pk
    settle = store.settle_paid

    def settle_but_one(answers, *, now):  # type: ignore[no-untyped-def]
        if any(claimed.order.refund_id == bad for claimed, _ in answers):
            raise IntegrityError("tender_refunds_within_amount")
        return settle(answers, now=now)

    monkeypatch.setattr(store, "settle_paid", settle_but_one)
    work(clock)

    states = Refund.objects.order_by("sale_tender__number").values_list("status", flat=True)
    assert list(states) == ["succeeded", "submitted", "succeeded"]
    monkeypatch.undo()
    clock.forward(60)
    work(clock)
    assert (SandboxRefund.objects.count(), len(told())) == (3, 3)


def test_those_that_a_slow_call_kept_waiting_are_given_back_at_once(
    register: Register, clock: Clock
) -> None:
    returned = take_back(register, *(card(10, number=n) for n in (1, 2, 3)))

    assert work(clock, gateways=lambda name: Slow(clock, 30)) == 1

    found = sorted(steps(one["id"]) for one in returned["refunds"])
    assert found == [[(1, "request")], [(1, "request")], [(1, "request"), (1, "success")]]
    left = Refund.objects.filter(status="submitted")
    assert {refund.next_attempt_at for refund in left} == {clock.now}
    assert work(clock) == 2
    assert SandboxRefund.objects.count() == len(told()) == 3


@pytest.mark.parametrize(
    ("claimed", "seconds", "following"),
    [(5, 0, 10), (5, 0.1, 10), (40, 0.1, 50), (5, 1.5, 6), (5, 20, 1), (1, 40, 1), (1, 0.3, 2)],
)
def test_as_many_are_claimed_as_two_seconds_go(
    claimed: int, seconds: float, following: int
) -> None:
    assert policy.next_claim(claimed, seconds) == following
