"""Waking the workers after a commit, without ever making the register wait for the broker.

`wake_on_commit("refunds.execute_due")` only notes the name; a daemon thread of this process sends
it. A burst becomes one message, and a broker that is down costs the thread a second, the request
nothing: PostgreSQL is the queue, and beat sweeps it every second anyway. Where a task has a queue to
itself, one message that waits there is enough for all processes.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

from apps.common import valkey

logger = logging.getLogger(__name__)

_PAUSE_S = 0.2
"""After a message; what commits meanwhile is one more. Each costs web and worker milliseconds."""
_PAUSE_WHEN_DOWN_S = 2.0


class _Waker:
    """One thread per process, started at first use (so that it survives the server's fork)."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._ready = threading.Condition()
        self._thread: threading.Thread | None = None

    def note(self, name: str) -> None:
        with self._ready:
            self._names.add(name)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wakeup", daemon=True)
                self._thread.start()
            self._ready.notify()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._names)
                names, self._names = self._names, set()
            time.sleep(_PAUSE_S if _send(names) else _PAUSE_WHEN_DOWN_S)


def _send(names: set[str]) -> bool:
    try:
        for name in names:
            if _waits(name):
                continue
            current_app.send_task(name, expires=10, retry=False, ignore_result=True)
    except Exception as error:  # any broker trouble at all: beat's sweep is the safety net
        logger.warning(
            "wake-up not sent, the next sweep will find the work: %s", type(error).__name__
        )
        return False
    return True


def _waits(name: str) -> bool:
    """Whether a message that nobody has taken so far will start the task anyway, after this moment."""
    route = settings.CELERY_TASK_ROUTES.get(name)
    return bool(route and valkey.list_length(route["queue"]))


_waker = _Waker()


def wake_on_commit(name: str) -> None:
    """Send the task `name` once the present transaction has committed."""
    if settings.WAKEUPS:
        transaction.on_commit(lambda: _waker.note(name), robust=True)
