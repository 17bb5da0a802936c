"""Processes of the bench that are talked to: one line in, one line out, both JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stack.application import Application
from stack.console import StackError
from stack.folder import ROOT
from stack.processes import last_lines


class Talk:
    """A process that answers each line with one."""

    def __init__(self, process: subprocess.Popen[str], log: str, first: Any = None) -> None:
        self._process, self._log, self.first = process, log, first

    def ask(self, name: str, **arguments: Any) -> Any:
        return self._exchange(json.dumps({"name": name, "arguments": arguments}))

    def ask_plainly(self) -> dict[str, float]:
        answer: dict[str, float] = self._exchange("")
        return answer

    def listen(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise StackError(self._log)
        return json.loads(line)

    def _exchange(self, line: str) -> Any:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.listen()


@contextmanager
def started(application: Application, module: str) -> Iterator[Talk]:
    """One of our modules, for as long as the block lasts."""
    log = application.folder.logs / f"{module}.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, env=application.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    with process:  # closes its input, which ends it
        yield Talk(process, f"`{module}` ended.{last_lines(log)}")
