"""What is told has a worker of its own: it waits for no refund, and goes all the way by itself."""

from __future__ import annotations

import pytest

from apps.events.models import Event
from apps.refunds.models import Refund, SandboxRefund
from tests.flows.processes import Processes
from tests.refunds.scene import take_back
from tests.world import Register, card


@pytest.mark.usefixtures("wakeups")
def test_what_is_told_waits_for_no_refund_and_needs_no_beat(
    register: Register, processes: Processes
) -> None:
    worker = processes.start_worker("celery")
    take_back(register, card(1000, ref="sbx_hang_1"))
    processes.wait_until(SandboxRefund.objects.exists)  # its one process hangs over the refund

    processes.start_worker("feed")
    register.sell()
    processes.wait_until(lambda: not Event.objects.filter(position=None).exists())

    assert Refund.objects.get().status == "submitted"
    processes.kill(worker)
