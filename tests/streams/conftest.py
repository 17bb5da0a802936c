from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.streams.asking import Waiting
from tests.streams.listener import Listener
from tests.streams.process import StreamProcess
from tests.world import Register


@pytest.fixture(scope="session")
def _running(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamProcess]:
    process = StreamProcess(tmp_path_factory.mktemp("streams"))
    process.start()
    yield process
    process.stop()


@pytest.fixture
def streams(_running: StreamProcess, transactional_db: None) -> StreamProcess:
    """The process that waits. It goes on from test to test, over each new epoch of the feed."""
    return _running


@pytest.fixture
def listen(streams: StreamProcess) -> Iterator[Callable[..., Listener]]:
    """Open a stream of a register, from a cursor if one is given."""
    with ExitStack() as closing:

        def open_stream(register: Register, **options: Any) -> Listener:
            listener = Listener(streams.url, register, **options)
            closing.callback(listener.close)
            return listener

        yield open_stream


@pytest.fixture
def wait(streams: StreamProcess) -> Iterator[Waiting]:
    """`wait(register, path, **query)` asks in the background."""
    with ThreadPoolExecutor(20) as pool:
        yield Waiting(streams, pool)
