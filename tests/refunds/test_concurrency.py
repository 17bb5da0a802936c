"""Several workers at once, on real transactions."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.refunds import services
from apps.refunds.commands import GatewayAnswer, RefundOrder
from apps.refunds.gateways.sandbox import SandboxGateway
from apps.refunds.models import Refund, RefundEvent, SandboxPayment, SandboxRefund, refund_key
from apps.sales.models import SaleTender
from stack.processes import wait_until
from tests.refunds.scene import Clock, take_back, told, work
from tests.threads import together
from tests.world import Register, card

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


class Recording(SandboxGateway):
    """Notes every call, and that no transaction is open while it is made."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def refund(self, order: RefundOrder) -> GatewayAnswer:
        assert connection.in_atomic_block is False
        self.sent[order.idempotency_key] += 1
        return super().refund(order)

    def find(self, order: RefundOrder) -> GatewayAnswer | None:
        assert connection.in_atomic_block is False
        self.asked[order.idempotency_key] += 1
        return super().find(order)


def test_workers_at_once_never_carry_a_refund_out_twice(register: Register) -> None:
    for _ in range(5):
        take_back(register, *(card(10, number=n) for n in range(1, 21)))
    gateway = Recording()

    def worker() -> int:
        return services.execute_due_refunds(clock=timezone.now, gateways=lambda name: gateway)

    done = together([worker] * WORKERS)

    assert sum(done) == 100
    assert len(gateway.sent) == gateway.sent.total() == SandboxRefund.objects.count() == 100
    assert gateway.asked.total() == 0
    refunds = Refund.objects.values_list("status", "attempts")
    assert Counter(refunds) == {("succeeded", 1): 100}
    kinds = RefundEvent.objects.values_list("kind", flat=True)
    assert Counter(kinds) == {"request": 100, "success": 100}
    back = SaleTender.objects.aggregate(back=Sum("refunded_minor"), pending=Sum("pending_minor"))
    assert (back, len(told())) == ({"back": 1000, "pending": 0}, 100)


def test_no_transaction_is_open_while_the_processor_is_called(
    register: Register, clock: Clock
) -> None:
    take_back(register, card(1000, ref="sbx_timeout_1"))
    gateway = Recording()

    work(clock, gateways=lambda name: gateway)
    clock.forward(5)
    work(clock, gateways=lambda name: gateway)

    assert (gateway.sent.total(), gateway.asked.total()) == (1, 1)
    assert Refund.objects.get().status == "succeeded"


def test_a_round_inside_a_transaction_is_refused(register: Register, clock: Clock) -> None:
    take_back(register, card(1000))

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        work(clock)

    assert Refund.objects.get().attempts == 0


def test_the_sandbox_books_one_refund_for_two_requests_at_once(register: Register) -> None:
    take_back(register, card(1000, ref="pay-1"))
    refund = Refund.objects.get()
    order = RefundOrder(refund.pk, refund_key(refund.pk), "pay-1", 1000, 1000, "EUR")
    SandboxPayment.objects.create(ref="pay-1", currency="EUR", amount_minor=1000)

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            SandboxPayment.objects.select_for_update().get()
            requests = [pool.submit(_send, order) for _ in range(2)]
            assert wait_until(lambda: _waiting_for_a_lock() == 2, timeout=4)
        first, second = (request.result() for request in requests)

    assert first == second
    assert SandboxRefund.objects.count() == 1


def _send(order: RefundOrder) -> GatewayAnswer:
    try:
        return SandboxGateway().refund(order)
    finally:
        connections.close_all()


def _waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchall()[0][0])
