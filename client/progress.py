"""Progress that can be read both on a terminal and in a log file."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LOOK_EVERY = 0.25
LOG_LINE_EVERY = 5.0


class Meter(Protocol):
    """Something that shows how far the work is."""

    def show(self, done: int, rate: float) -> None: ...
    def close(self) -> None: ...


class BarMeter:
    """A moving bar, for people in front of a terminal."""

    def __init__(self, console: Console, label: str, unit: str, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{unit} · {{task.fields[rate]:,.0f}} calls/s · left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task(label, total=total, rate=0.0)
        self._progress.start()

    def show(self, done: int, rate: float) -> None:
        self._progress.update(self._task, completed=done, rate=rate)

    def close(self) -> None:
        self._progress.stop()


class LogMeter:
    """One line every few seconds, for logs: no control characters in them."""

    def __init__(self, console: Console, label: str, unit: str, total: int) -> None:
        self._console = console
        self._label = label
        self._unit = unit
        self._total = total
        self._started = self._last_line = time.monotonic()

    def show(self, done: int, rate: float) -> None:
        now = time.monotonic()
        if now - self._last_line < LOG_LINE_EVERY:
            return
        self._last_line = now
        left = (self._total - done) * (now - self._started) / done if done else 0.0
        self._console.print(
            f"{self._label}: {done}/{self._total} {self._unit}, {rate:,.0f} calls/s, "
            f"about {left:,.0f} s left",
            highlight=False,
        )

    def close(self) -> None:
        return None


def watch(
    futures: Sequence[Future[None]],
    *,
    console: Console,
    label: str,
    unit: str,
    total: int,
    done: Callable[[], int],
    calls: Callable[[], int],
    stop: Callable[[], None],
) -> None:
    """Show progress until all futures have ended; calls `stop` and raises what the first raised.

    `stop` also runs on Ctrl-C, so that the workers end after what they have in hand.
    """
    kind = BarMeter if console.is_terminal else LogMeter
    meter: Meter = kind(console, label, unit, total)
    started = time.monotonic()
    try:
        pending: set[Future[None]] = set(futures)
        while pending:
            finished, pending = wait(pending, timeout=LOOK_EVERY, return_when=FIRST_EXCEPTION)
            for future in finished:
                future.result()
            meter.show(done(), calls() / max(time.monotonic() - started, 0.001))
    except BaseException:
        stop()
        raise
    finally:
        meter.close()
