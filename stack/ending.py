"""How a command ends that could not go on, or was stopped: a line for people, and its exit code."""

from __future__ import annotations

from collections.abc import Callable

from stack.console import StackError, say, say_plain
from stack.signals import Stopped


def exit_code_of(run: Callable[[], int]) -> int:
    """What `run` answers; 1 for a StackError, 128 and the signal's number where it was stopped."""
    try:
        return run()
    except StackError as error:
        say_plain(f"✗ {error}", "red")
        return 1
    except Stopped as stopped:
        say(f"Stopped by {stopped}.")
        return stopped.exit_code
