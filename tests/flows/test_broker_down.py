"""The broker goes away while registers take returns: they notice nothing, and nothing is lost."""

from __future__ import annotations

import shutil

import pytest
from redis import Redis

from apps.events.models import Event
from apps.refunds.models import Refund, SandboxRefund
from stack.valkey import Valkey
from tests.flows.processes import Processes
from tests.refunds.scene import refunds_seen, take_back, told
from tests.world import Register, card


def everything_is_done() -> bool:
    paid = not Refund.objects.exclude(status="succeeded").exists()
    return paid and not Event.objects.filter(position=None).exists()


@pytest.mark.usefixtures("wakeups")
def test_returns_go_on_without_the_broker_and_drain_when_it_is_back(
    register: Register,
    broker: Valkey,
    processes: Processes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("WARNING", logger="apps.common.wakeup")
    processes.start_worker()
    processes.start_beat()
    take_back(register, card(1000))
    processes.wait_until(everything_is_done)

    broker.stop()
    returns = [take_back(register, card(1000)) for _ in range(5)]
    processes.wait_until(lambda: "wake-up not sent" in caplog.text)
    assert not everything_is_done()
    broker.start()
    processes.wait_until(everything_is_done)

    for returned in returns:
        assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]
    assert SandboxRefund.objects.count() == 6
    assert told() == [("refund.succeeded", 1000)] * 6
    positions = Event.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))


@pytest.mark.usefixtures("wakeups")
def test_a_broker_that_lost_its_memory_lost_nothing_of_ours(
    register: Register, broker: Valkey, processes: Processes
) -> None:
    returned = take_back(register, card(1000))
    with Redis.from_url(broker.url) as memory:
        processes.wait_until(lambda: memory.llen("celery") > 0)

    broker.stop()
    shutil.rmtree(broker.data_dir)
    broker.start()
    processes.start_worker()
    processes.start_beat()
    processes.wait_until(everything_is_done)

    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]


@pytest.mark.usefixtures("wakeups")
def test_a_worker_is_woken_without_beat(register: Register, processes: Processes) -> None:
    processes.start_worker()

    returned = take_back(register, card(1000))

    processes.wait_until(everything_is_done)
    assert refunds_seen(register, returned) == [(1, "card", 1000, "succeeded")]
