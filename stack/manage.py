"""`python -m stack manage …`: one management command on the stack that is up or the kept data."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

from stack.folder import ROOT, Folder
from stack.lifecycle import joined


def manage(arguments: Sequence[str]) -> int:
    """Run it in this terminal, so that it may ask and be answered; return its exit code."""
    with joined(Folder.default(), "manage.py", web=False) as application:
        # In a shell Ctrl-C takes back a line; it must not take the databases away below it.
        signal.signal(signal.SIGINT, lambda signum, frame: None)
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=application.env, check=False).returncode
