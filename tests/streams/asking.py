"""Requests to the process that waits, as a register sends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests

from tests.streams.process import StreamProcess
from tests.world import Register

PATIENCE_S = 40


class Answer:
    """What came back, looking like an answer of the test client; `seconds` is how long it took."""

    def __init__(self, response: requests.Response, seconds: float) -> None:
        self.status_code = response.status_code
        self.content = response.content
        self.headers = response.headers
        self.seconds = seconds
        self.json: Callable[[], Any] = response.json

    def __getitem__(self, header: str) -> str:
        return self.headers[header]

    def __contains__(self, header: str) -> bool:
        return header in self.headers


def ask(streams: StreamProcess, register: Register | None, path: str, **query: str) -> Answer:
    """GET, and wait for the answer."""
    headers = {"Authorization": f"Bearer {register.token}"} if register else {}
    began = time.monotonic()
    response = requests.get(streams.url + path, query, headers=headers, timeout=PATIENCE_S)
    return Answer(response, time.monotonic() - began)


class Waiting:
    """Requests that wait in the background, one thread each."""

    def __init__(self, streams: StreamProcess, pool: ThreadPoolExecutor) -> None:
        self._streams = streams
        self._pool = pool

    def __call__(self, register: Register, path: str, **query: str) -> Future[Answer]:
        return self._pool.submit(ask, self._streams, register, path, **query)
