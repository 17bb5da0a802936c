"""Which stack is up on a data folder, so that one folder never has two and others can find it.

The truth is a file lock: the system gives it back however the process ends. `stack.json` beside
it only says where to knock.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from stack.console import StackError
from stack.folder import Folder, write_private


@dataclass(frozen=True)
class Running:
    """A stack that is up. `url` is empty when only its databases are."""

    pid: int
    command: str
    url: str
    database_url: str
    redis_url: str


class Busy(StackError):
    """Another process uses the folder; `running` says which, once it is ready."""

    def __init__(self, running: Running | None) -> None:
        self.running = running
        super().__init__(
            "Another start is under way on the same data. Wait until it is ready, or stop it."
            if running is None
            else f"`{running.command}` (process {running.pid}) is using the same data. "
            "Try again when it has ended."
        )


def running_stack(folder: Folder | None = None) -> Running | None:
    """The stack that is up, or None. A file left behind by a killed one does not count."""
    folder = folder or Folder.default()
    try:
        running = Running(**json.loads(_file(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return running if _is_locked(folder) else None


@contextmanager
def exclusive(folder: Folder) -> Iterator[None]:
    """Hold the folder; raises Busy when another process has it."""
    with _lock_file(folder).open("a") as lock:
        if not _try_lock(lock.fileno()):
            raise Busy(running_stack(folder))
        try:
            yield
        finally:
            _file(folder).unlink(missing_ok=True)


def announce(folder: Folder, *, command: str, url: str, database_url: str, redis_url: str) -> None:
    """Tell others where this stack is."""
    running = Running(os.getpid(), command, url, database_url, redis_url)
    write_private(_file(folder), json.dumps(asdict(running), indent=2) + "\n")


def _try_lock(descriptor: int) -> bool:
    # Someone who only looks holds the lock for a moment; that must not turn a start away.
    for _ in range(10):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.1)
    return False


def _is_locked(folder: Folder) -> bool:
    with _lock_file(folder).open("a") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(folder: Folder) -> Path:
    return folder.run / "lock"


def _file(folder: Folder) -> Path:
    return folder.run / "stack.json"
