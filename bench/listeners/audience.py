"""`python -m bench.listeners.audience`: those who listen. Orders in, answers out, by line.

One thread for all: it notes when a listener has heard which news, and does nothing else.
"""

from __future__ import annotations

import json
import os
import re
import resource
import selectors
import socket
import sys
from collections import defaultdict
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

_TAG = re.compile(rb'"tag":"([a-z0-9-]+)"')
_NEXT = re.compile(rb'"next":"([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_STDIN = 0


class Line:
    """One listener: a stream, or a long poll that is sent again after each answer."""

    def __init__(self, url: str, token: str, kind: str) -> None:
        place = urlsplit(url)
        self.kind, self.is_open, self._held = kind, False, b""
        self._head = f"Host: {place.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.socket = socket.create_connection((str(place.hostname), int(place.port or 80)), 30)
        self.send("changes/stream" if kind == "stream" else "changes?wait=25")

    def send(self, path: str) -> None:
        self.socket.sendall(f"GET /api/v1/{path} HTTP/1.1\r\n{self._head}".encode())

    def receive(self) -> list[str]:
        """The tags of what came."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("A line was closed.")
        self.is_open = True
        self._held += more
        return self._from_stream() if self.kind == "stream" else self._from_page()

    def _from_stream(self) -> list[str]:
        whole, _, self._held = self._held.rpartition(b"\n")
        return [tag.decode() for tag in _TAG.findall(whole)]

    def _from_page(self) -> list[str]:
        head, _, body = self._held.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return []
        self._held = b""
        cursor = _NEXT.search(body)
        assert cursor, body
        self.send(f"changes?wait=25&after={cursor[1].decode()}")
        return [tag.decode() for tag in _TAG.findall(body)]


class Audience:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.heard: defaultdict[str, list[float]] = defaultdict(list)
        self._selector = selectors.DefaultSelector()
        self._selector.register(_STDIN, selectors.EVENT_READ)
        self._orders = b""

    def run(self) -> None:
        while self._turn():
            pass

    def open(self, url: str, tokens: list[str], kind: str) -> int:
        """One line for each token; how many, once all of them are open."""
        for token in tokens:
            line = Line(url, token, kind)
            self.lines.append(line)
            self._selector.register(line.socket, selectors.EVENT_READ, line)
        while kind == "stream" and not all(line.is_open for line in self.lines):
            self._turn()
        return len(self.lines)

    def close(self) -> int:
        for line in self.lines:
            self._selector.unregister(line.socket)
            line.socket.close()
        closed, self.lines = len(self.lines), []
        return closed

    def when(self, tag: str) -> list[float]:
        """At which moments somebody heard this."""
        return self.heard[tag]

    def _turn(self) -> bool:
        for key, _ in self._selector.select():
            if key.fd == _STDIN:
                if not self._obey():
                    return False
            elif key.data.socket.fileno() >= 0:  # not closed a moment ago
                tags, now = key.data.receive(), monotonic()
                for tag in tags:
                    self.heard[tag].append(now)
        return True

    def _obey(self) -> bool:
        more = os.read(_STDIN, 1 << 20)
        self._orders += more
        *orders, self._orders = self._orders.split(b"\n")
        for order in orders:
            asked: dict[str, Any] = json.loads(order)
            answer = getattr(self, asked["name"])(**asked["arguments"])
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        return bool(more)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Audience().run()
