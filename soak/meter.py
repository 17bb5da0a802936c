"""How far a run is: a line that moves on a terminal, and a line every ten seconds in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

LOG_LINE_EVERY = 10.0


class Meter(Protocol):
    """Shows seconds passed, and what was done in them."""

    def show(self, seconds: float, done: str) -> None: ...


class _Bar:
    def __init__(self, progress: Progress, total: float) -> None:
        self._progress = progress
        self._total = total
        self._task = progress.add_task("soak", total=total, done="")

    def show(self, seconds: float, done: str) -> None:
        self._progress.update(self._task, completed=min(seconds, self._total), done=done)


class _Lines:
    def __init__(self, console: Console, total: float) -> None:
        self._console = console
        self._total = total
        self._next = time.monotonic() + LOG_LINE_EVERY

    def show(self, seconds: float, done: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOG_LINE_EVERY
            self._console.print(f"  {seconds:4.0f} of {self._total:.0f} s: {done}", soft_wrap=True)


@contextmanager
def metering(console: Console, total: float) -> Iterator[Meter]:
    """A meter for so many seconds."""
    if not console.is_terminal:
        yield _Lines(console, total)
        return
    columns = (
        TextColumn("{task.percentage:>3.0f} %"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress, total)
