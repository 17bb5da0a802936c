"""A worker is killed in the middle of a refund: the money goes back once."""

from __future__ import annotations

from apps.refunds.models import Refund, SandboxPayment, SandboxRefund
from apps.sales.models import SaleTender
from tests.flows.processes import Processes
from tests.refunds.scene import refunds_seen, steps, take_back, told, trail
from tests.world import Register, card


def test_a_refund_whose_worker_was_killed_is_found_and_not_sent_again(
    register: Register, processes: Processes
) -> None:
    returned = take_back(register, card(1000, ref="sbx_hang_1"))
    worker = processes.start_worker()
    processes.start_beat()
    processes.wait_until(SandboxRefund.objects.exists)
    assert Refund.objects.get().status == "submitted"

    processes.kill(worker)
    processes.start_worker()
    processes.wait_until(lambda: Refund.objects.get().status == "succeeded")

    assert SandboxRefund.objects.get().amount_minor == 1000
    assert steps(returned["refunds"][0]["id"]) == [
        (1, "request"), (2, "request"), (2, "success"),
    ]  # fmt: skip
    assert trail() == [("refund.succeeded", "succeeded", "worker")]
    assert told() == [("refund.succeeded", 1000)]
    tender = SaleTender.objects.get()
    assert (tender.refunded_minor, tender.pending_minor) == (1000, 0)
    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]


def hung_over() -> int:
    """How many refunds a worker has begun to hang over, ever."""
    payments = SandboxPayment.objects.filter(ref__startswith="sbx_hang")
    return payments.filter(sandboxrefund__isnull=False).count()


def test_workers_killed_one_after_the_other_leave_every_refund_paid_once(
    register: Register, processes: Processes
) -> None:
    hanging = [card(10, number=n, ref=f"sbx_hang_{n}") for n in (1, 2, 3)]
    take_back(register, *hanging, card(10, number=4))
    processes.start_beat()
    for number in (1, 2, 3):
        worker = processes.start_worker()
        processes.wait_until(lambda number=number: hung_over() == number)  # type: ignore[misc]
        processes.kill(worker)
    processes.start_worker()
    processes.wait_until(lambda: Refund.objects.filter(status="succeeded").count() == 4)

    assert list(SandboxRefund.objects.values_list("amount_minor", flat=True)) == [10, 10, 10, 10]
    assert told() == [("refund.succeeded", 10)] * 4
    assert list(SaleTender.objects.values_list("refunded_minor", flat=True)) == [10, 10, 10, 10]
