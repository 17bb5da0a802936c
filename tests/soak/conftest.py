"""A server that answers everything, and a proxy before it whose dice the test throws."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from soak.proxy import proxying
from soak.sightings import Exchange, Sightings

TOKEN = "/api/v1/oauth/token"
KEYS = "/api/v1/terminals/self/keys"
ENROL = "/api/v1/terminals/enrol"
RETURNS = "/api/v1/returns"


@dataclass
class Answering:
    """What the server answers next, and what it was asked: (path, body)."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=lambda: {"access_token": "t", "expires_in": 3})
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    asked: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class Loser:
    """Loses the answers the test says, and knows which it was asked about."""

    loses: bool = False

    def __call__(self, exchange: Exchange) -> bool:
        return self.loses


class Line:
    """A register's connection to the proxy."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)

    def post(
        self, path: str, body: bytes = b"{}", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("POST", path, body, named)
        answer = self._connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def server_url(answering: Answering) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answering.asked.append((self.path, asked))
            if answering.hangs_up:
                self.close_connection = True
                return
            body = json.dumps(answering.body).encode()
            self.send_response(answering.status)
            for name, value in {**answering.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def sightings() -> Sightings:
    return Sightings()


@pytest.fixture
def loser() -> Loser:
    return Loser()


@pytest.fixture
def line(server_url: str, sightings: Sightings, loser: Loser) -> Iterator[Line]:
    with proxying(server_url, sightings, loser) as url:
        line = Line(url)
        yield line
        line.close()
