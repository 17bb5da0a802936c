"""Workers end without a word while they send, and the broker loses its memory. Linux only."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from soak.deliveries.plan import DeliveryPlan
from soak.trouble import worker_pids
from stack.processes import Child
from stack.valkey import Valkey

WHOLE_SHARE = 0.12
"""Of the kills: a worker with all its processes, which then takes seconds to come up again."""


@dataclass(slots=True)
class Killed:
    processes: int = 0
    workers: int = 0
    wipes: int = 0

    @property
    def kills(self) -> int:
        return self.processes + self.workers


class Killing:
    """Call `step` often, from the thread that started the workers."""

    def __init__(self, workers: tuple[Child, ...], broker: Valkey, plan: DeliveryPlan) -> None:
        self.done = Killed()
        self._workers = workers
        self._broker = broker
        self._plan = plan
        self._dice: Random = plan.dice("killing")
        self._began = time.monotonic()

    def step(self) -> None:
        """Do what is due by now."""
        self.revive()
        passed = time.monotonic() - self._began
        due = min(self._plan.kills, int(passed / self._plan.kill_every))
        if self.done.kills < due:
            self._kill()
        if not self.done.wipes and passed > self._plan.seconds / 2:
            self._wipe()

    def revive(self) -> None:
        """What a supervisor does: a worker that has ended is started again."""
        for worker in self._workers:
            if worker.ended() is not None:
                worker.start()

    def _kill(self) -> None:
        if self._dice.random() < WHOLE_SHARE:
            worker = self._dice.choice(self._workers)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            worker.start()
            self.done.workers += 1
            return
        processes = [pid for worker in self._workers for pid in worker_pids(worker.pid)]
        if processes:
            with suppress(ProcessLookupError):
                os.kill(self._dice.choice(processes), signal.SIGKILL)
                self.done.processes += 1

    def _wipe(self) -> None:
        self._broker.stop()
        shutil.rmtree(self._broker.data_dir)
        self._broker.start()
        self.done.wipes += 1
