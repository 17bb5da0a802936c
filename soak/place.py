"""An installation of the run's own: servers as `make run` starts them, gone when it ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from soak import office
from soak.office import Office
from soak.plan import OVERLAP_S, TOKEN_LIFE_S
from stack import postgres, valkey
from stack.application import Application, serving
from stack.console import say_plain, step
from stack.folder import Folder
from stack.processes import Child, free_port
from stack.signals import Stopped


class StrainedApplication(Application):
    """One whose tokens and overlaps last seconds. Limits are off: all registers share an address."""

    @property
    def env(self) -> dict[str, str]:
        return super().env | {
            "TOKEN_LIFE_S": str(TOKEN_LIFE_S),
            "KEY_OVERLAP_MIN_S": str(OVERLAP_S),
            "RATE_LIMITS": "0",
            "WAKEUPS": "1",
            "LOG_LEVEL": "WARNING",
        }


@dataclass
class Place:
    """Where the registers of this run are served, and who takes orders there.

    Data and logs are gone when it ends, unless `keep` was set, or it ended by an error.
    """

    application: Application
    office: Office
    web: Child
    others: tuple[Child, ...]
    keep: bool = False


@contextmanager
def brought_up() -> Iterator[Place]:
    """PostgreSQL (durable), Valkey, web, worker, beat and office on empty data of their own.

    Call it from the main thread: all of them end with that.
    """
    folder = Folder(Path(tempfile.mkdtemp(prefix="returns-soak-")))
    keep = True
    try:
        with _servers_up(folder) as place:
            yield place
        keep = place.keep
    except Stopped:
        keep = False
        raise
    finally:
        if keep:
            say_plain(f"Data and logs are kept: {folder.path}")
        else:
            shutil.rmtree(folder.path, ignore_errors=True)


@contextmanager
def _servers_up(folder: Folder) -> Iterator[Place]:
    folder.make()
    with ExitStack() as leaving:
        with step("PostgreSQL 18 and Valkey 9, new and empty"):
            database = postgres.start(folder.path / "postgres", durable=True)
            leaving.callback(database.stop)
            broker = valkey.start(folder.path / "valkey")
            leaving.callback(broker.stop)
        url = f"http://127.0.0.1:{free_port()}"
        application = StrainedApplication(folder, url, database.url, broker.url)
        os.environ["NO_PROXY"] = application.env["NO_PROXY"]  # our registers live in this process
        with step("Database tables"):
            application.manage("migrate", "--noinput")
        desk: Office = leaving.enter_context(office.opened(application))
        children = {child.name: child for child in leaving.enter_context(serving(application))}
        web = children.pop("web")
        place = Place(application, desk, web, (*children.values(), database.server, broker.server))
        yield place
