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

WHOLE_SHARE = 0.08
"""Of the kills: a worker with all its processes, which then takes seconds to come up again."""
ONE_PROCESS = ("feed", "deliveries")
SPARED_S = 6.0
"""A pool whose processes are killed while it comes up gives itself up, and nothing would be sent."""


@dataclass(slots=True)
class Killed:
    processes: int = 0
    workers: int = 0
    wipes: int = 0
    gave_up: int = 0

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
        self._began, self._killed_at = time.monotonic(), 0.0
        self._up_since: dict[str, float] = {}
        self._spared_s = {worker.name: SPARED_S for worker in workers}

    def step(self) -> None:
        """Do what is due by now."""
        self.revive()
        passed = time.monotonic() - self._began
        due = min(self._plan.kills, int(passed / self._plan.kill_every))
        if self.done.kills < due and passed - self._killed_at > self._plan.kill_every / 2:
            self._killed_at = passed
            self._kill()
        if not self.done.wipes and passed > self._plan.seconds / 2:
            self._wipe()

    def revive(self) -> None:
        """What a supervisor does: a worker that has ended is started again."""
        for worker in self._workers:
            if worker.ended() is not None:
                # It gave itself up, so it needs longer to come up than it was given.
                self._spared_s[worker.name] = min(30.0, self._spared_s[worker.name] * 2)
                self.done.gave_up += 1
                self._start(worker)
            self._is_up(worker)

    def _kill(self) -> None:
        up = [worker for worker in self._workers if self._is_up(worker)]
        if up and self._dice.random() < WHOLE_SHARE:
            worker = self._dice.choice(up)
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            self._start(worker)
            self.done.workers += 1
            return
        processes = [pid for worker in up for pid in worker_pids(worker.pid)]
        if processes:
            with suppress(ProcessLookupError):
                os.kill(self._dice.choice(processes), signal.SIGKILL)
                self.done.processes += 1

    def _start(self, worker: Child) -> None:
        worker.start()
        self._up_since.pop(worker.name, None)

    def _is_up(self, worker: Child) -> bool:
        """Its processes have been there for a while; one that is a single process has none."""
        if worker.name not in self._up_since:
            if worker_pids(worker.pid) or worker.name in ONE_PROCESS:
                self._up_since[worker.name] = time.monotonic()
            return False
        return time.monotonic() - self._up_since[worker.name] > self._spared_s[worker.name]

    def _wipe(self) -> None:
        self._broker.stop()
        shutil.rmtree(self._broker.data_dir)
        self._broker.start()
        self.done.wipes += 1
