"""PostgreSQL and Valkey for one data folder: the person's own, or embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from stack import postgres, valkey
from stack.console import say_plain, step
from stack.folder import Folder
from stack.processes import Child


@dataclass(frozen=True)
class Services:
    """Addresses of what is up, and the processes that are ours to watch."""

    database_url: str
    redis_url: str
    children: tuple[Child, ...]


@contextmanager
def services(folder: Folder) -> Iterator[Services]:
    """Both, each taken from DATABASE_URL or REDIS_URL when that is set, and stopped at the end."""
    with ExitStack() as stopping:
        children: list[Child] = []
        database_url = os.environ.get("DATABASE_URL") or _postgres(folder, stopping, children)
        redis_url = os.environ.get("REDIS_URL") or _valkey(folder, stopping, children)
        yield Services(database_url, redis_url, tuple(children))


def _postgres(folder: Folder, stopping: ExitStack, children: list[Child]) -> str:
    data = folder.path / "postgres"
    with step("PostgreSQL 18") as current:
        current.note("on kept data" if data.exists() else "new and empty")
        database = postgres.start(data, durable=True, log=folder.logs / "postgres.log")
        stopping.callback(database.stop)
    for opened in database.opened:
        say_plain(f"  (as root: {opened} now lets other users pass through, not look inside)")
    children.append(database.server)
    return database.url


def _valkey(folder: Folder, stopping: ExitStack, children: list[Child]) -> str:
    with step("Valkey 9") as current:
        broker = valkey.start(folder.path / "valkey", log=folder.logs / "valkey.log")
        stopping.callback(broker.stop)
        current.note(f"port {broker.port}")
    children.append(broker.server)
    return broker.url
