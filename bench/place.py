"""An installation of the bench's own: servers as `make run` starts them, gone when it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from stack import postgres, valkey
from stack.application import Application, pick_stream_url, serving
from stack.console import StackError, step
from stack.folder import ROOT, Folder
from stack.processes import Child, free_port, last_lines
from stack.state import exclusive

BACKGROUND = ("worker", "feed", "deliveries", "beat")


@dataclass(frozen=True)
class Place:
    """Where to send the load, with what, and how to look into the database."""

    application: Application
    tokens: Sequence[str]
    statements: dict[str, int]
    background: Sequence[Child]
    pids: dict[str, int]

    def fetch(self, sql: str) -> tuple[Any, ...]:
        """The first row of a statement, run outside any transaction."""
        with psycopg.connect(self.application.database_url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return tuple(cursor.fetchone() or ()) if cursor.description else ()

    @contextmanager
    def background_paused(self) -> Iterator[None]:
        """Worker and beat stand still: what is measured inside has the machine to itself."""
        try:
            self._tell_background(signal.SIGSTOP)
            yield
        finally:
            self._tell_background(signal.SIGCONT)

    def _tell_background(self, what: signal.Signals) -> None:
        for child in self.background:
            if child.ended() is None:
                os.killpg(child.pid, what)


@contextmanager
def brought_up(
    folder: Folder, *, streams: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Place]:
    """PostgreSQL (durable), Valkey, web, worker and beat on empty data; nothing is left behind.

    With `streams` also what waits, which costs the others something and is left out where they are
    measured. `settings` are PostgreSQL's.
    """
    folder.make()
    with ExitStack() as leaving:
        leaving.enter_context(exclusive(folder))
        data = folder.path / "servers"
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder.path / "checkpoints", ignore_errors=True)
        leaving.callback(shutil.rmtree, data, ignore_errors=True)
        data.mkdir()
        with step("PostgreSQL 18 and Valkey 9, new and empty"):
            database = postgres.start(data / "postgres", durable=True, settings=settings)
            leaving.callback(database.stop)
            broker = valkey.start(data / "valkey")
            leaving.callback(broker.stop)
        url = f"http://127.0.0.1:{free_port()}"
        waiting = pick_stream_url(url) if streams else ""
        application = Application(folder, url, database.url, broker.url, waiting)
        with step("Tables, shops, registers, goods"):
            application.manage("migrate", "--noinput")
            world = _world(application)
        children = leaving.enter_context(serving(application))
        background = [child for child in children if child.name in BACKGROUND]
        pids = {child.name: child.pid for child in (*children, database.server, broker.server)}
        yield Place(application, world["tokens"], world["statements"], background, pids)


def _world(application: Application) -> dict[str, Any]:
    output = run_module(application, "bench.inside", env={"WAKEUPS": "0"})
    world: dict[str, Any] = json.loads(output.splitlines()[-1])
    return world


def run_module(
    application: Application,
    name: str,
    *arguments: str,
    given: str = "",
    env: dict[str, str] | None = None,
) -> str:
    """What one of our modules prints; it gets `given` on its standard input."""
    log = application.folder.logs / f"{name}.log"
    with log.open("ab") as errors:
        result = subprocess.run(
            [sys.executable, "-m", name, *arguments], cwd=ROOT, env=application.env | (env or {}), input=given.encode(),
            stdout=subprocess.PIPE, stderr=errors, check=False,
        )  # fmt: skip
    if result.returncode:
        raise StackError(f"`{name}` failed.{last_lines(log)}")
    return result.stdout.decode()
