"""Child processes that never outlive the stack."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from stack.console import StackError

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass
class Child:
    """One process in a session of its own, so that Ctrl-C reaches the stack and not the child.

    Start it from the main thread: on Linux the system ends it together with the thread that
    started it, which is what clears up after a SIGKILL.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path | None = None
    cwd: Path | None = None
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = None  # when we are killed; the stop signal if not given
    grace: float = 10
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    def start(self) -> None:
        """Start it; output goes to the end of the log, or to the terminal when there is none."""
        output = self.log.open("ab") if self.log else None
        self._log_start = output.tell() if output else 0
        try:
            self._process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=with_parent(self.death_signal or self.stop_signal),
                user=self.user,
                group=None if self.user is None else pwd.getpwuid(self.user).pw_gid,
                extra_groups=None if self.user is None else [],
            )
        finally:
            if output:
                output.close()

    @property
    def pid(self) -> int:
        """The process id, also that of its group."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    def ended(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.poll() if self._process else None

    def wait(self) -> int:
        """Wait for its end and return the exit code."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.wait()

    def run(self) -> int:
        """Start it, wait for its end and return the exit code; it is stopped if we are."""
        self.start()
        try:
            return self.wait()
        finally:
            self.stop()

    def check(self) -> None:
        """Raise, with the last lines of its log, when it has ended."""
        if (code := self.ended()) is not None:
            raise StackError(f"{self.name} ended by itself (code {code}).{self.last_words()}")

    def last_words(self) -> str:
        """The end of its log since this start, ready to be put behind a message."""
        return last_lines(self.log, self._log_start)

    def ask_to_stop(self) -> None:
        """Send the polite signal; `stop` sees to the rest."""
        if self._process and self.ended() is None:
            self._process.send_signal(self.stop_signal)

    def stop(self, grace: float | None = None) -> None:
        """End it and everything it started: politely, and after the grace by force."""
        if self._process is None:
            return
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.grace if grace is None else grace)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def check_all(children: Sequence[Child]) -> None:
    """Raise, with the last lines of its log, when one of them has ended."""
    for child in children:
        child.check()


def stop_all(children: Sequence[Child]) -> None:
    """Stop them side by side: the slowest one sets how long it takes."""
    for child in children:
        child.ask_to_stop()
    asked = time.monotonic()
    for child in children:
        child.stop(max(0, asked + child.grace - time.monotonic()))


def wait_until(ready: Callable[[], bool], *, timeout: float, watch: Sequence[Child] = ()) -> bool:
    """True as soon as `ready` says so, False after the timeout; raises when a child ends early."""
    deadline = time.monotonic() + timeout
    while not ready():
        check_all(watch)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def with_parent(death_signal: signal.Signals, parent: int | None = None) -> Callable[[], None]:
    """Have the process that calls the result be signalled when the parent is gone (Linux).

    Made before the fork, called after it; with a parent given, it works for this process itself.
    """
    parent = parent or os.getpid()

    def arrange() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # it died before we could ask
                os._exit(1)

    return arrange


def last_lines(log: Path | None, since: int = 0, count: int = 15) -> str:
    """The end of what a log got since it was that long, ready to be put behind a message."""
    if log is None or not log.exists():
        return ""
    lines = log.read_bytes()[since:].decode(errors="replace").splitlines()[-count:]
    if not lines:
        return f" It wrote nothing to {log}."
    return "\n".join(["", f"The end of {log}:", *(f"    {line}" for line in lines)])


def free_port(preferred: int | None = None) -> int:
    """A loopback port nobody listens on: the preferred one if it is free, else any."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise StackError("No free port on 127.0.0.1. Close some programs and try again.")
