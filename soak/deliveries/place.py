"""An installation of the run's own, with a second worker for deliveries whose processes can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from soak import office
from soak.deliveries.desk import Desk
from soak.deliveries.plan import MARGIN_S
from stack import postgres, valkey
from stack.application import Application, serving
from stack.console import step
from stack.folder import ROOT, Folder
from stack.processes import Child, free_port
from stack.valkey import Valkey

HANDS = 6
"""Processes of the second worker for deliveries."""


class StrainedApplication(Application):
    """One in which the lease of a killed worker ends after seconds. All registers share an address."""

    @property
    def env(self) -> dict[str, str]:
        return super().env | {
            "DELIVERY_MARGIN_S": str(MARGIN_S),
            "REFUND_LEASE_S": "5",
            "RATE_LIMITS": "0",
            "WAKEUPS": "1",
            "LOG_LEVEL": "WARNING",
        }


@dataclass
class Place:
    """`workers` are killed and started again; data and logs stay where `keep` was set."""

    application: Application
    desk: Desk
    broker: Valkey
    workers: tuple[Child, ...]
    others: tuple[Child, ...]
    keep: bool = False


@contextmanager
def brought_up() -> Iterator[Place]:
    """Everything of `make run` on empty data of its own. Call it from the main thread."""
    folder = Folder(Path(tempfile.mkdtemp(prefix="returns-soak-")))
    with ExitStack() as leaving:
        folder.make()
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
        module = "soak.deliveries.inside"
        desk = leaving.enter_context(office.opened(application, kind=Desk, inside=module))
        children = {child.name: child for child in leaving.enter_context(serving(application))}
        hands = _hands(application)
        hands.start()
        leaving.callback(hands.stop)
        workers = (*(children.pop(name) for name in ("worker", "feed", "deliveries")), hands)
        place = Place(application, desk, broker, workers, tuple(children.values()))
        yield place
    if not place.keep:
        shutil.rmtree(folder.path, ignore_errors=True)


def _hands(application: Application) -> Child:
    """Its pool is made of processes: each can be killed alone, and another is there at once."""
    return Child(
        "hands",
        [
            *(sys.executable, "-m", "celery", "-A", "returns_mgmt", "worker", "-Q", "deliveries"),
            *("--pool", "prefork", "--concurrency", str(HANDS), "--loglevel", "WARNING"),
            *("--hostname", "hands@%h", "--without-gossip", "--without-mingle"),
        ],
        env=application.env,
        cwd=ROOT,
        log=application.folder.logs / "hands.log",
        death_signal=signal.SIGQUIT,
    )
