"""Fresh databases for one test session."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from stack import postgres, valkey
from stack.folder import Folder

PLACES = ("TEST_DATABASE_URL", "TEST_REDIS_URL")


@contextmanager
def session_services() -> Iterator[tuple[str, str]]:
    """(database_url, redis_url) of empty servers that are gone after the block, with their data.

    TEST_DATABASE_URL and TEST_REDIS_URL name others to use instead. Inside the block both are set,
    so that processes of the same session, such as those of pytest-xdist, find what is up.
    """
    before = {name: os.environ.get(name) for name in PLACES}
    database_url, redis_url = (before[name] for name in PLACES)
    with ExitStack() as stopping:
        if not (database_url and redis_url):
            folder = stopping.enter_context(_empty_folder())
            if not database_url:
                database = postgres.start(folder / "postgres", durable=False)
                stopping.callback(database.stop)
                database_url = database.url
            if not redis_url:
                broker = valkey.start(folder / "valkey")
                stopping.callback(broker.stop)
                redis_url = broker.url
        os.environ.update(zip(PLACES, (database_url, redis_url), strict=True))
        stopping.callback(_restore, before)
        yield database_url, redis_url


@contextmanager
def _empty_folder() -> Iterator[Path]:
    """A folder nobody else uses. What a killed session left behind is cleared by the next."""
    tests = Folder.default().path / "test"
    tests.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        for number in count(1):
            lock = closing.enter_context((tests / f"{number}.lock").open("a"))
            if _try_lock(lock.fileno()):
                break
        folder = tests / str(number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
