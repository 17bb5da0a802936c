from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu.pools
import pytest
from celery import current_app

from stack import valkey
from stack.valkey import Valkey
from tests.flows.processes import Processes


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of the test's own, to be stopped and started again."""
    running = valkey.start(tmp_path / "valkey")
    yield running
    running.stop()


@pytest.fixture
def processes(transactional_db: None, tmp_path: Path, broker: Valkey) -> Iterator[Processes]:
    """Workers and beat; they are gone before the books are looked at and the database is emptied."""
    started = Processes(tmp_path, broker.url)
    yield started
    started.stop()


@pytest.fixture
def wakeups(settings: Any, broker: Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process wakes the workers after each commit, as the web server does."""
    monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
    settings.WAKEUPS = True
    yield
    settings.WAKEUPS = False
    kombu.pools.reset()
    for holder, name in ((current_app, "_pool"), (current_app.amqp, "_producer_pool")):
        setattr(holder, name, None)  # they remember the broker they were opened for
