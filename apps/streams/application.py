"""The small asynchronous process, as an ASGI application: plain Django at the gate, one loop within."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, HttpResponseBase

from apps.common.errors import Refusal
from apps.streams.answers import Pieces, Receive, Send, send_whole
from apps.streams.commands import ForEvents, ForPage, ForReturn
from apps.streams.gate import Gate
from apps.streams.hall import Guest, Hall
from apps.streams.live import Live
from apps.streams.pages import page_body, wait_for_page
from apps.streams.reader import Reader
from apps.streams.returns import wait_for_return
from apps.streams.ring import Ring
from apps.streams.tail import Tail
from apps.streams.views.waiting import waiting_of

logger = logging.getLogger(__name__)

Ask = Callable[[], Awaitable[HttpResponseBase]]


class Application:
    """Each request goes through the gate in a thread; what it then waits for holds none."""

    def __init__(self, urlconf: str) -> None:
        self._gate = Gate(urlconf)
        self._ring = Ring()
        self._hall = Hall()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From the start of the process to its end."""
        await receive()
        _allow_many_lines()
        following = asyncio.create_task(Tail(self._ring, self._hall).run())
        self._close_on_sigterm()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        following.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    def _close_on_sigterm(self) -> None:
        """The server stops once nobody waits any more, so everybody is told to go when it begins to.

        Its own handler belongs to the event loop, and goes on working beside this one.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def close(*_: Any) -> None:
            loop.call_soon_threadsafe(self._hall.close)

        signal.signal(signal.SIGTERM, close)

    async def _serve(self, scope: Any, receive: Receive, send: Send) -> None:
        seen = self._ring.place
        ask = partial(self._gate.ask, scope)
        response = await ask()
        match waiting_of(response):
            case ForPage() as wish:
                await send_whole(send, await self._page(wish, response, ask))
            case ForReturn() as wish:
                waited = await wait_for_return(
                    wish, response, ask, ring=self._ring, seen=seen, hall=self._hall
                )
                await send_whole(send, waited)
            case ForEvents() as wish:
                await self._stream(wish, response, ask, receive, send)
            case None:
                await send_whole(send, response)

    async def _page(self, wish: ForPage, response: HttpResponseBase, ask: Ask) -> HttpResponseBase:
        """The page, or what the gate says now: the feed or the register may have come to an end."""
        reader = self._reader(wish)
        try:
            found = await wait_for_page(wish, reader, self._hall)
        except (Refusal, DatabaseError, InterfaceError):
            again = await ask()
            now = waiting_of(again)
            return await self._page(now, again, ask) if isinstance(now, ForPage) else again
        if any(entry.is_about("terminal", wish.caller.terminal_id) for entry in found.entries):
            again = await ask()
            if waiting_of(again) is None:
                return again
        assert isinstance(response, HttpResponse)
        response.content = page_body(found, reader.cursor)
        return response

    async def _stream(
        self, wish: ForEvents, response: HttpResponseBase, ask: Ask, receive: Receive, send: Send
    ) -> None:
        with self._hall.waiting(wish.caller) as guest:
            leaving = asyncio.create_task(_notice_leaving(receive, guest))
            pieces = Pieces(send)
            try:
                await pieces.begin(response)
                await Live(wish, self._reader(wish), guest, pieces, ask).run()
            except TimeoutError:
                logger.info("a stream was not read, and is ended: it goes on from its cursor")
            finally:
                leaving.cancel()

    def _reader(self, wish: ForPage | ForEvents) -> Reader:
        return Reader(self._ring, self._gate, store_id=wish.caller.store_id, after=wish.after)


def _allow_many_lines() -> None:
    """As many open files as the system lets us have: each that waits is one, and 1,024 are usual."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _notice_leaving(receive: Receive, guest: Guest) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    guest.leave()
