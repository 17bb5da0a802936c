"""Real worker and beat processes on the database of the test."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from stack.processes import Child, stop_all, wait_until

PATIENCE_S = 60
LEASE_S = 2


class Processes:
    """Workers and a beat of one test, with their logs in a folder of it."""

    def __init__(self, folder: Path, broker_url: str) -> None:
        self._folder = folder
        self._children: list[Child] = []
        self._env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "returns_mgmt.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker_url,
            "REFUND_LEASE_S": str(LEASE_S),
            "WAKEUPS": "1",
            "LOG_LEVEL": "WARNING",
        }

    def start_worker(self, queues: str = "celery,feed,trail") -> Child:
        """One process for all of these queues, ready to be woken: a wake-up ends after 10 s."""
        arguments = ["worker", "-Q", queues, "--pool", "prefork", "--concurrency", "1"]
        quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        worker = self._start("worker", *arguments, *quiet, "-n", f"{queues}@%h")
        self.wait_until(lambda: " ready." in worker.last_words())
        return worker

    def start_beat(self) -> Child:
        """With the schedule that production has."""
        schedule = str(self._folder / "schedule")
        return self._start("beat", "beat", "--loglevel", "WARNING", "-s", schedule, "--pidfile", "")

    def kill(self, child: Child) -> None:
        """As the kernel does it: at once, with all that it started, and without a word."""
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self._children.remove(child)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Fails with the end of the log when a process ends, and when it takes too long."""
        if not wait_until(ready, timeout=PATIENCE_S, watch=self._children):
            raise AssertionError("\n".join(child.last_words() for child in self._children))

    def stop(self) -> None:
        stop_all(self._children)

    def _start(self, name: str, *arguments: str) -> Child:
        child = Child(
            name,
            [sys.executable, "-m", "celery", "-A", "returns_mgmt", *arguments],
            env=self._env,
            cwd=settings.BASE_DIR,
            log=self._folder / f"{name}.log",
        )
        child.start()
        self._children.append(child)
        return child


def database_url() -> str:
    """Where the present test's own database is, for another process."""
    server = urlsplit(os.environ["DATABASE_URL"])
    return server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
