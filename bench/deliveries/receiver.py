"""`python -m bench.deliveries.receiver`: takes every request at once and notes when it came.

Its first line is the port it listens on. Each line it gets it answers with {event id: when}, in
seconds since 1970, of all that came since the last one.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

_ID = re.compile(rb"webhook-id: *([^\r]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Taker(asyncio.Protocol):
    """One connection. It is kept as long as the other side likes."""

    came: dict[str, float]

    def __init__(self, came: dict[str, float]) -> None:
        self.came = came
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        length, event = _LENGTH.search(head), _ID.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return
        if event is not None:
            self.came.setdefault(event[1].decode(), time.time())
        self._held = body[int(length[1]) :]
        self._transport.write(_ANSWER)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    came: dict[str, float] = {}
    server = await loop.create_server(lambda: Taker(came), "127.0.0.1", 0, backlog=512)
    _say(server.sockets[0].getsockname()[1])
    while await loop.run_in_executor(None, sys.stdin.readline):
        _say(came)
        came.clear()


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
