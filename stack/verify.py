"""`make verify`: do the books agree? On the stack that is up, or on the kept data."""

from __future__ import annotations

import sys
import time

from stack.console import say
from stack.folder import Folder
from stack.lifecycle import joined


def verify() -> int:
    """Print one line per invariant; the exit code says whether all of them hold."""
    started = time.monotonic()
    with joined(Folder.default(), "make verify", web=False) as application:
        code, output = application.try_manage("verify", "--keep")
    sys.stdout.write(output)
    verdict = "[green]✓[/] All hold" if code == 0 else "[red]✗[/] Not all hold"
    say(f"{verdict} [dim]{time.monotonic() - started:.1f} s[/]")
    return code
