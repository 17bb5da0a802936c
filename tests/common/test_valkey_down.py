"""Limits are open while Valkey is no help, and nobody waits for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from redis import Redis

from apps.common import valkey
from apps.common.limits import Limit, RateLimited, check
from stack import valkey as servers
from stack.valkey import Valkey

ONE_AN_HOUR = Limit(1, 1, per_s=3600)
NEVER_AGAIN = 3600.0


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[Valkey]:
    """A Valkey of the test's own, which counts the limits."""
    running = servers.start(tmp_path / "valkey")
    settings.REDIS_URL = running.url
    yield running
    running.stop()


@pytest.fixture
def silence(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A server that takes every connection and never says a word."""
    monkeypatch.setattr(valkey, "TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        settings.REDIS_URL = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        yield listening


def is_open(bucket: str = "one") -> bool:
    """Two pass, where one an hour may."""
    try:
        for _ in range(2):
            check(bucket, ONE_AN_HOUR)
    except RateLimited:
        return False
    return True


def callers(listening: socket.socket) -> int:
    """How many connected since this was asked last."""
    listening.settimeout(0)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()
            count += 1
    return count


def end_of_pause() -> None:
    valkey._pause._ask_again_at = 0.0


def test_limits_open_when_valkey_stops_and_hold_when_it_is_back(
    server: Valkey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(valkey, "PAUSE_S", NEVER_AGAIN)
    caplog.set_level("WARNING", logger="apps.common.valkey")
    assert not is_open()

    server.stop()
    assert is_open()
    server.start()
    assert is_open()  # it is not asked again before the pause is over
    end_of_pause()
    assert not is_open()

    assert [record.getMessage() for record in caplog.records] == [
        "Valkey is no help, rate limits are open: ConnectionError",
        "Valkey answers again, rate limits hold",
    ]


def test_a_restart_between_two_requests_is_not_noticed(server: Valkey) -> None:
    assert not is_open()
    server.stop()
    server.start()
    assert not is_open()


def test_a_silent_valkey_keeps_one_request_waiting_and_no_other(
    silence: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "PAUSE_S", NEVER_AGAIN)
    assert all(is_open() for _ in range(50))
    assert callers(silence) == 1


def test_after_the_pause_one_request_asks_and_the_others_go_on(
    silence: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "PAUSE_S", NEVER_AGAIN)
    is_open()
    end_of_pause()
    start = Barrier(10)

    def ask(_: int) -> bool:
        start.wait(timeout=60)
        return is_open()

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(ask, range(10)))
    assert callers(silence) == 2


def test_a_valkey_that_is_full_opens_the_limits(server: Valkey) -> None:
    with Redis.from_url(server.url) as full:
        full.config_set("maxmemory", 1)
    assert is_open()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://127.0.0.1:{}/77"])
def test_a_wrong_address_opens_the_limits(server: Valkey, settings: Any, url: str) -> None:
    settings.REDIS_URL = url.format(server.port)
    assert is_open()
