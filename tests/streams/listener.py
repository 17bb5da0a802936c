"""One who listens to a stream, in a thread of its own, and tells what it heard."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.world import Register

PATIENCE_S = 30


@dataclass(frozen=True)
class Heard:
    """A block of the stream. A comment has neither type nor data."""

    id: str = ""
    type: str = ""
    data: Any = None


class Listener:
    """From the moment that it is made, nothing that is placed is missed."""

    def __init__(
        self, url: str, register: Register, *, after: str = "", asleep: bool = False, **headers: str
    ) -> None:
        """One that is `asleep` keeps the line open and reads nothing until it is woken."""
        place = urlsplit(url)
        self._line = HTTPConnection(place.netloc, timeout=PATIENCE_S)
        query = urlencode({"after": after} if after else {})
        headers |= {"Authorization": f"Bearer {register.token}", "Accept": "text/event-stream"}
        self._line.request("GET", f"{place.path}changes/stream?{query}", headers=headers)
        self._answer = self._line.getresponse()
        assert self._answer.status == 200, self._answer.read()
        assert self._answer.headers["Content-Type"] == "text/event-stream"
        self._blocks: Queue[Heard | None] = Queue()
        self._ear = Thread(target=self._listen)
        if not asleep:
            self.wake()

    def wake(self) -> None:
        self._ear.start()

    def block(self) -> Heard | None:
        """The next block; None when the line was closed."""
        return self._blocks.get(timeout=PATIENCE_S)

    def heard(self) -> Heard:
        """The next event, past comments."""
        while block := self.block():
            if block.type:
                return block
        raise AssertionError("The stream ended.")

    def items(self, count: int) -> list[Any]:
        """The next events as a page would have them."""
        return [self.heard().data for _ in range(count)]

    def until_end(self) -> list[Heard]:
        """What is still heard before the line is closed."""
        return [block for block in iter(self.block, None) if block.type]

    def close(self) -> None:
        """As a register that is switched off: from one moment to the next."""
        with suppress(OSError):
            self._line.sock.shutdown(socket.SHUT_RDWR)
        if self._ear.ident:
            self._ear.join(PATIENCE_S)
        self._answer.close()
        self._line.close()

    def _listen(self) -> None:
        with suppress(OSError, HTTPException):
            for block in _blocks(iter(self._answer.readline, b"")):
                self._blocks.put(block)
        self._blocks.put(None)


def _blocks(lines: Iterator[bytes]) -> Iterator[Heard]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if line != b"\n":
            fields[name] = value
        else:
            data = json.loads(fields["data"]) if "data" in fields else None
            yield Heard(fields.get("id", ""), fields.get("event", ""), data)
            fields = {}
