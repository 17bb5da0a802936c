"""One HTTP/1.1 message, whole, as it came over the wire."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer. `raw` is every byte of it; names in `headers` are in small letters."""

    start: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def words(self) -> list[str]:
        """The parts of the first line: method and path, or version and status."""
        return self.start.split(" ")


async def read_message(stream: asyncio.StreamReader) -> Message | None:
    """The next message; None when the other side hung up before the end of it.

    Messages say how long they are: chunks are not spoken here. ValueError for one that does not.
    """
    try:
        head = await stream.readuntil(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if "transfer-encoding" in headers:
            raise ValueError("A message in chunks; this proxy wants a Content-Length.")
        body = await stream.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Message(start, headers, body, head + body)
