"""One database with the schema, of which each process of pytest-xdist takes a copy: migrating takes long."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import psycopg

PLACE = "TEST_TEMPLATE"
REPOSITORY = Path(__file__).resolve().parents[1]
_LOCK = 7_042  # of this server, which only the tests use


@contextmanager
def template() -> Iterator[None]:
    """Begin to make it, in the background; it is gone after the block."""
    os.environ[PLACE] = f"template_{os.getpid()}"
    making = _Making()
    thread = Thread(target=making.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        making.stop()
        thread.join()
        with _server() as server:
            for name in (os.environ[PLACE], _draft()):
                server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        del os.environ[PLACE]


def ready_template() -> str | None:
    """Its name, once it is ready; None in a session without."""
    name = os.environ.get(PLACE)
    if name is None:
        return None
    _Making().run()
    return name


class _Making:
    def __init__(self) -> None:
        self._migrating: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        """Make it, unless it is there. Whoever comes while somebody makes it waits."""
        name, draft = os.environ[PLACE], _draft()
        with _server() as server:
            server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() or self._stopped:
                return
            server.execute(f"DROP DATABASE IF EXISTS {draft}")
            server.execute(f"CREATE DATABASE {draft}")
            if self._migrate(draft):
                server.execute(f"ALTER DATABASE {draft} RENAME TO {name}")

    def stop(self) -> None:
        self._stopped = True
        if self._migrating is not None:
            with suppress(ProcessLookupError):
                self._migrating.kill()

    def _migrate(self, database: str) -> bool:
        url = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{database}").geturl()
        with subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            cwd=REPOSITORY,
        ) as self._migrating:
            return self._migrating.wait() == 0


def _draft() -> str:
    return f"{os.environ[PLACE]}_draft"


def _server() -> psycopg.Connection[tuple[object, ...]]:
    url = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path="/postgres").geturl()
    return psycopg.connect(url, autocommit=True)
