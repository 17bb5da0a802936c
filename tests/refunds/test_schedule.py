"""When a refund is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.refunds.models import Refund, SandboxInstruction, SandboxRefund, refund_key
from tests.refunds.scene import Clock, take_back, work
from tests.world import Register, card, return_body, sale_body


def test_each_attempt_waits_longer_than_the_one_before(register: Register, clock: Clock) -> None:
    SandboxInstruction.objects.create(behaviour="error", remaining=100)
    take_back(register, card(1000))
    waits = []
    for _ in range(9):
        work(clock)
        due = Refund.objects.get().next_attempt_at
        assert due is not None
        waits.append((due - clock.now) // timedelta(seconds=1))
        clock.now = due

    assert waits == [5, 15, 60, 300, 900, 1800, 3600, 3600, 3600]


def test_nothing_is_done_before_its_time(register: Register, clock: Clock) -> None:
    take_back(register, card(1000, ref="sbx_timeout_1"))
    assert work(clock) == 1
    clock.forward(4.999)
    assert work(clock) == 0

    clock.forward(0.001)

    assert work(clock) == 1


def test_what_has_been_due_longest_comes_first(register: Register, clock: Clock) -> None:
    first, second = (take_back(register, card(1000))["refunds"][0]["id"] for _ in range(2))
    Refund.objects.filter(pk=first).update(next_attempt_at=clock.now)
    Refund.objects.filter(pk=second).update(next_attempt_at=clock.now - timedelta(seconds=1))

    work(clock)

    sent = SandboxRefund.objects.order_by("created_at").values_list("key", flat=True)
    assert list(sent) == [refund_key(second), refund_key(first)]


def test_what_is_only_promised_is_not_sent(register: Register, clock: Clock) -> None:
    sale = sale_body(tenders=[card(1530)])
    register.post("sales", sale)
    promised = register.post("returns", return_body(sale, "6", complete=False)).json()

    assert work(clock) == 0

    assert [r["status"] for r in promised["refunds"]] == ["planned"]


def test_goods_that_arrive_send_what_was_promised(register: Register, clock: Clock) -> None:
    sale = sale_body(tenders=[card(1530)])
    register.post("sales", sale)
    promised = register.post("returns", return_body(sale, "6", complete=False)).json()
    done = register.post(f"returns/{promised['id']}/complete", {"operator": "1042"})
    assert done.status_code == 200, done.content

    assert work(clock) == 1

    assert Refund.objects.get().status == "succeeded"


def test_a_round_ends_before_the_time_of_its_task_does(register: Register, clock: Clock) -> None:
    for _ in range(3):
        take_back(register, card(1000))

    def slow() -> datetime:
        clock.forward(15)
        return clock.now

    assert 0 < work(slow) < 3
    assert work(clock) > 0
    assert set(Refund.objects.values_list("status", flat=True)) == {"succeeded"}
