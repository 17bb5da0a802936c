"""Many at one moment, on connections of their own; and one who does not give up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection, connections

_T = TypeVar("_T")


def together(jobs: Sequence[Callable[[], _T]]) -> list[_T]:
    """Run the jobs at one moment, each in a thread with a database connection of its own."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], _T]) -> _T:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def insist(ask: Callable[[], _T]) -> _T:
    """Send the same again, as a register does, as long as the answer is to try later."""
    for _ in range(100):
        response: Any = ask()
        if "Retry-After" not in response:
            return response  # type: ignore[no-any-return]
    raise AssertionError("No answer after 100 attempts.")
