"""Web workers are killed, and the web server is restarted, while registers are at work. Linux only."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from soak.plan import Plan
from stack.processes import Child

# Granian takes two deaths of a worker within 5.5 seconds for a fault of ours, and ends.
BETWEEN_KILLS = 8.0
LOOK_EVERY = 0.3
PEACE = 0.75  # of the time between two restarts, at least


@dataclass(slots=True)
class Done:
    """How often, and for how long nobody answered afterwards."""

    killed: int = 0
    reloaded: int = 0
    restarted: int = 0
    revived: int = 0
    away: list[float] = field(default_factory=list)

    @property
    def restarts(self) -> int:
        return self.reloaded + self.restarted


class Trouble:
    """Call `step` often, from the thread that started the server. One trouble at a time."""

    def __init__(
        self,
        web: Child,
        url: str,
        plan: Plan,
        dice: Random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.done = Done()
        self._web = web
        self._url = url
        self._plan = plan
        self._dice = dice
        self._clock = clock
        now = clock()
        self._kill_at = now + plan.kill_every
        self._restart_at = now + plan.restart_every
        self._away_since: float | None = None
        self._act: Callable[[], None] = self._kill
        self._look_at = now

    def step(self) -> None:
        """Do what is due, unless the server has not yet come back from what was done before."""
        if self._web.ended() is not None:
            self._revive()
        elif self.back():
            now = self._clock()
            if now >= self._restart_at:
                self._restart_at = now + self._plan.restart_every
                self._away(self._reload if self.done.restarts % 2 else self._restart)
            elif now >= self._kill_at:
                self._kill_at = now + self._plan.kill_every
                self._away(self._kill)

    def back(self) -> bool:
        """Whether the server answers again."""
        now = self._clock()
        if self._away_since is not None and now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            if is_ready(self._url):
                self._note_back(self._clock())
        return self._away_since is None

    def _away(self, act: Callable[[], None]) -> None:
        self._away_since, self._act = self._clock(), act
        act()

    def _note_back(self, now: float) -> None:
        """However long a slow machine needed to come back, now there is some peace."""
        assert self._away_since is not None
        self.done.away.append(now - self._away_since)
        self._away_since = None
        self._kill_at = max(self._kill_at, now + BETWEEN_KILLS)
        if self._act != self._kill:
            self._restart_at = max(self._restart_at, now + self._plan.restart_every * PEACE)

    def _kill(self) -> None:
        """One of the workers, at once and without a word. The server starts another."""
        workers = worker_pids(self._web.pid)
        if workers:
            with suppress(ProcessLookupError):
                os.kill(self._dice.choice(workers), signal.SIGKILL)
                self.done.killed += 1

    def _reload(self) -> None:
        """As after a change of settings: new workers come, the old ones finish what they have."""
        os.kill(self._web.pid, signal.SIGHUP)
        self.done.reloaded += 1

    def _revive(self) -> None:
        """What a supervisor does: the server gave itself up, for its workers had died too fast."""
        self._web.start()
        self.done.revived += 1

    def _restart(self) -> None:
        """As at an update: it is stopped, and for a moment nobody listens."""
        self._web.stop()
        self._web.start()
        self.done.restarted += 1


def worker_pids(server: int) -> list[int]:
    """The server's own children that serve, in order; its book-keeping ones are left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            parent = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
            if parent == server and command and b"resource_tracker" not in command:
                found.append(int(folder.name))
    return sorted(found)


def is_ready(url: str) -> bool:
    # Not by `requests`: a proxy from the environment has no business on loopback.
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False
    finally:
        connection.close()
