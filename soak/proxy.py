"""Between registers and server: everything passes unharmed, but some answers are lost on the way.

An answer is lost after the server has given it whole, so that what it did stands. The register
then sees its connection closed, as it would by a cut line.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from urllib.parse import urlsplit

from soak.http1 import LONGEST_HEAD, Message, read_message
from soak.sightings import Exchange, Sightings

LOSSY = ("POST token", "POST keys", "POST enrol")

Loses = Callable[[Exchange], bool]


def some_lost(dice: Random, share: float) -> Loses:
    """Loses that share of the answers that bring a token or take a key; refusals all arrive."""

    def loses(exchange: Exchange) -> bool:
        return exchange.kind in LOSSY and exchange.succeeded and dice.random() < share

    return loses


@contextmanager
def proxying(server_url: str, sightings: Sightings, loses: Loses) -> Iterator[str]:
    """The address of a proxy in front of that server, while the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    proxy = _Proxy(server_url, sightings, loses)
    port = asyncio.run_coroutine_threadsafe(proxy.open(), loop).result()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Proxy:
    def __init__(self, server_url: str, sightings: Sightings, loses: Loses) -> None:
        place = urlsplit(server_url)
        self._server = (str(place.hostname), int(place.port or 80))
        self._sightings = sightings
        self._loses = loses
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        """Listen on a free loopback port."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self._listener.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, register: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        writers = [to]
        try:
            server, to_server = await asyncio.open_connection(*self._server, limit=LONGEST_HEAD)
            writers.append(to_server)
            while await self._pass_one(register, to, server, to_server):
                pass
        except asyncio.CancelledError:
            pass  # the run is over
        except ConnectionRefusedError:
            self._sightings.unreachable += 1
        except OSError:
            pass  # one side hung up in the middle; so do we, on the other
        finally:
            self._connections.discard(task)
            for writer in writers:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _pass_one(
        self,
        register: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer. False when the connection is to be closed."""
        answering = asyncio.ensure_future(read_message(server))
        try:
            request = await _next_request(register, answering)
            if request is None:
                return False
            passed_at = time.time()
            to_server.write(request.raw)
            await to_server.drain()
            exchange = Exchange(request, await answering, passed_at, time.time())
        finally:
            answering.cancel()
        lost = self._loses(exchange)
        self._sightings.note(exchange, lost=lost)
        if exchange.answer is None or lost:
            return False
        to.write(exchange.answer.raw)
        await to.drain()
        return True


async def _next_request(
    register: asyncio.StreamReader, answering: asyncio.Future[Message | None]
) -> Message | None:
    """What the register asks next; None when it, or the server, has hung up in the meantime."""
    asking = asyncio.ensure_future(read_message(register))
    try:
        await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
        return None if answering.done() else asking.result()
    finally:
        asking.cancel()
