"""Speaking ASGI: whole answers, and answers in pieces that somebody has to take in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATIENCE_S = 10.0


async def send_whole(send: Send, response: HttpResponseBase) -> None:
    assert isinstance(response, HttpResponse)
    response["Content-Length"] = str(len(response.content))
    await _start(send, response)
    await send({"type": "http.response.body", "body": response.content})


class Pieces:
    """A body that is sent bit by bit. TimeoutError when the other side does not take one in time:

    what it has not taken stands in buffers of ours, so it is let go and comes back by its cursor.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    async def begin(self, response: HttpResponseBase) -> None:
        del response["Content-Length"]
        await _start(self._send, response)

    async def write(self, piece: bytes, *, last: bool = False) -> None:
        message = {"type": "http.response.body", "body": piece, "more_body": not last}
        async with asyncio.timeout(PATIENCE_S):
            await self._send(message)


async def _start(send: Send, response: HttpResponseBase) -> None:
    headers = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
