"""What stands where the destinations point: it behaves as its mood is, and notes all that comes."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from standardwebhooks import Webhook, WebhookVerificationError

from soak.deliveries.moods import Mood, answer_of
from soak.http1 import LONGEST_HEAD, Message, read_message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One whole request. `signatures` is how many of the secrets known by then signed it."""

    at: float
    event_id: str
    subject: str
    sequence: int
    signatures: int
    mood: Mood


@dataclass
class Receiver:
    """One destination's. Its secrets are told to it as they are made."""

    name: str
    inside: str
    secrets: list[str] = field(default_factory=list)
    mood: Mood = Mood.OK
    arrivals: list[Arrival] = field(default_factory=list)
    met: Counter[Mood] = field(default_factory=Counter)
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    async def open(self) -> None:
        """Listen, from the second time on where it listened before."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=LONGEST_HEAD
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def be(self, mood: Mood) -> None:
        self.mood = mood
        if mood is Mood.DOWN and self._server:
            self._server.close()
            self._server = None
            self.met[mood] += 1  # there is nobody who could note it
        elif mood is not Mood.DOWN and self._server is None:
            await self.open()

    async def close(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_message(reader)) is not None:
                mood = self.mood
                self._note(request, mood)
                if mood is Mood.HANG:
                    await asyncio.sleep(5)
                answer = answer_of(mood, self.inside)
                writer.write(answer)
                await writer.drain()
                if mood not in (Mood.OK, Mood.ERROR, Mood.BUSY):
                    return
        except (OSError, asyncio.CancelledError):
            pass  # it hung up, or the run is over
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _note(self, request: Message, mood: Mood) -> None:
        event = json.loads(request.body)
        subject = f"{event['subject']['type']}:{event['subject']['id']}"
        signed = sum(_is_signed(request, secret) for secret in self.secrets)
        self.met[mood] += 1
        self.arrivals.append(
            Arrival(time.time(), event["id"], subject, event["sequence"], signed, mood)
        )


class Inside:
    """Something that must never be reached: it counts whoever comes."""

    def __init__(self) -> None:
        self.visits = self.port = 0

    async def open(self) -> None:
        server = await asyncio.start_server(self._count, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])

    async def _count(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()


class Row:
    """All receivers of a run, in a thread with a loop of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.inside = Inside()
        self.receivers: dict[str, Receiver] = {}

    def open(self, names: list[str]) -> None:
        self._do(self.inside.open())
        for name in names:
            self.receivers[name] = Receiver(name, f"http://127.0.0.1:{self.inside.port}/")
            self._do(self.receivers[name].open())

    def turn(self, name: str, mood: Mood) -> None:
        self._do(self.receivers[name].be(mood))

    def close(self) -> None:
        for receiver in self.receivers.values():
            self._do(receiver.close())
        self._do(_hang_up())

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(30)


@contextmanager
def receiving(names: list[str]) -> Iterator[Row]:
    """A receiver for each name, while the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="receivers", daemon=True)
    thread.start()
    row = Row(loop)
    row.open(names)
    try:
        yield row
    finally:
        row.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _hang_up() -> None:
    """End what still listens on lines that somebody keeps."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _is_signed(request: Message, secret: str) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True
