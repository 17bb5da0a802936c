"""Orders to the inside of the installation, as people give them in the admin."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stack.application import Application
from stack.console import StackError
from stack.folder import ROOT
from stack.processes import last_lines, with_parent


@dataclass(frozen=True, slots=True)
class Seat:
    """A register's place, and the code that it enrols with."""

    client_id: str
    store: str
    terminal: str
    code: str = field(repr=False)


class Office:
    """A process with Django in it that stays, since to start one takes a second. Thread-safe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._talking = threading.Lock()

    def add_registers(self, count: int) -> list[Seat]:
        """New registers, each with an open enrolment code."""
        return [Seat(**seat) for seat in self._order("add_registers", count=count)["registers"]]

    def issue_code(self, client_id: str) -> str:
        return str(self._order("issue_code", client_id=client_id)["code"])

    def order_rotation(self, client_ids: Sequence[str]) -> int:
        """How many of these registers have to rotate now."""
        return int(self._order("order_rotation", client_ids=list(client_ids))["registers"])

    def revoke(self, what: str, **which: str) -> None:
        """Returns when it is revoked: `token` by token_hash, `credential` by kid, `terminal` by client_id."""
        self._order(f"revoke_{what}", **which)

    def _order(self, name: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        with self._talking:
            self._process.stdin.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise StackError(f"The order `{name}` was not carried out; see office.log.")
        answer: dict[str, Any] = json.loads(line)
        return answer


Kind = TypeVar("Kind", bound=Office)


@contextmanager
def opened(
    application: Application,
    *,
    kind: type[Kind] = Office,  # type: ignore[assignment]
    inside: str = "soak.inside",
) -> Iterator[Kind]:
    """The office, while the block lasts. Call it from the main thread: it ends with that.

    `kind` is an office that gives more orders, `inside` the module that carries them out.
    """
    log = application.folder.logs / "office.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", inside], cwd=ROOT, env=application.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            start_new_session=True, preexec_fn=with_parent(signal.SIGTERM),
        )  # fmt: skip
    with process:  # closes its input, which ends it
        yield kind(process)
    if process.returncode:
        raise StackError(f"The office ended with code {process.returncode}.{last_lines(log)}")
