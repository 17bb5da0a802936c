"""How the stack speaks to the person who started it: steps, and errors that say what to do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from rich.console import Console
from rich.markup import escape

if isinstance(sys.stdout, TextIOWrapper):
    # A terminal without UTF-8 shows a question mark; it must not end the run.
    sys.stdout.reconfigure(errors="replace")

console = Console(highlight=False)


class StackError(Exception):
    """Something the person can act on. Its text says what, and what to do next."""


class Step:
    """One line of the story, with what was found out on the way."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.notes: list[str] = []
        self.failed = False

    def note(self, text: str) -> None:
        """Add to the line."""
        self.notes.append(text)

    def fail(self, text: str) -> None:
        """The step ran to its end, but what it found is not good."""
        self.failed = True
        self.notes.append(text)

    def line(self, seconds: float) -> str:
        """The whole line, as markup."""
        sign = "[red]✗[/]" if self.failed else "[green]✓[/]"
        return f"{sign} {escape(', '.join([self.title, *self.notes]))} [dim]{seconds:.1f} s[/]"


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Print the title with a tick and the seconds it took, or with a cross when it failed."""
    current, started = Step(title), time.monotonic()
    try:
        if console.is_terminal:
            with console.status(title):
                yield current
        else:
            yield current
    except BaseException:
        say(f"[red]✗[/] {title}")
        raise
    say(current.line(time.monotonic() - started))


def say_plain(text: str, style: str = "") -> None:
    """Print what others wrote, as they wrote it."""
    if text := text.strip("\n"):
        say(escape(text), style)


def say(text: str, style: str = "") -> None:
    """Print one line of markup, never broken in the middle of an address or a path."""
    try:
        console.print(text, style=style, soft_wrap=True)
    except OSError:
        # The terminal was closed. Whoever is stopping servers must be able to finish, and the
        # interpreter must not trip over the same stream when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
