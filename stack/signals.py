"""Ctrl-C, SIGTERM and a closed terminal all end the stack the same way: by one exception."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

from stack.processes import with_parent

ECHO_SECONDS = 2


class Stopped(BaseException):
    """Someone wants the stack to end. Not an Exception: nothing but the top handles it."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum
        super().__init__(signal.Signals(signum).name)


def stop_on_signals() -> None:
    """Raise Stopped in the main thread from now on."""
    last = float("-inf")

    def handle(signum: int, frame: FrameType | None) -> None:
        nonlocal last
        # make passes a SIGTERM on to us that we may have had already: an echo must not disturb
        # the stopping. A second Ctrl-C later cuts the patience short.
        if time.monotonic() - last > ECHO_SECONDS:
            last = time.monotonic()
            raise Stopped(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        ignored = signal.getsignal(signum) == signal.SIG_IGN
        if not (signum == signal.SIGHUP and ignored):  # nohup
            signal.signal(signum, handle)
    if "MAKELEVEL" in os.environ:
        with_parent(signal.SIGTERM, os.getppid())()
