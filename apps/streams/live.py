"""Server-sent events: one register's stream, from its first event to its end."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from apps.common.errors import Refusal
from apps.events.commands import Cursor
from apps.events.feed import write_cursor
from apps.events.frames import comment_frame, end_frame
from apps.streams.answers import Pieces
from apps.streams.commands import ForEvents
from apps.streams.hall import Guest
from apps.streams.pages import seconds_left
from apps.streams.reader import Reader
from apps.streams.ring import Entry
from apps.streams.views.waiting import waiting_of

COMMENT_EVERY_S = 15.0
BATCH = 100
PIECE = 64 * 1024
COME_AGAIN_MS = (500, 3_000)  # not everybody at the same moment
_LONGER_THAN_ANY_TOKEN_S = 86_400.0

AskAgain = Callable[[], Awaitable[HttpResponseBase]]


class Live:
    """Writes what comes, a comment when nothing does, and at the end why it ends."""

    def __init__(
        self, wish: ForEvents, reader: Reader, guest: Guest, pieces: Pieces, ask_again: AskAgain
    ) -> None:
        self._reader = reader
        self._guest = guest
        self._pieces = pieces
        self._ask_again = ask_again
        self._clock = asyncio.get_running_loop().time
        self._told = wish.after  # how far the register has come
        self._comment_at = self._clock()  # the first at once: it shows that the line is open
        self._let_in(wish)

    async def run(self) -> None:
        """Until the register has left, or has to go."""
        reason = ""
        while not (reason or self._guest.has_left):
            reason = await self._step()
        if not self._guest.has_left:
            wait_ms = random.randint(*COME_AGAIN_MS)
            frame = end_frame(_text(self._told), reason, retry_ms=wait_ms)
            await self._pieces.write(frame, last=True)

    async def _step(self) -> str:
        """Write something, or wait; why it has to end, if it has to."""
        try:
            found = await self._reader.some(BATCH)
        except Refusal as refused:
            return refused.code
        except (DatabaseError, InterfaceError):
            return "service-unavailable"
        if reason := await self._why_not_on(found.entries):
            return reason
        if found.entries:
            for piece in _pieces(entry.frame for entry in found.entries):
                await self._pieces.write(piece)
            self._has_told()
        elif self._clock() >= self._comment_at:
            await self._pieces.write(comment_frame("waiting", self._reader.cursor))
            self._has_told()
        else:
            await self._guest.wait(min(self._comment_at, self._good_until))
        return ""

    def _has_told(self) -> None:
        self._told = self._reader.place
        self._comment_at = self._clock() + COMMENT_EVERY_S

    async def _why_not_on(self, entries: Sequence[Entry]) -> str:
        """What stands in the way of telling this register these events; "" if nothing does.

        A revocation stands in the feed itself, before everything that the register is not to hear
        any more. So news of the register are looked into before anything else is written.
        """
        if self._guest.must_go:
            return self._guest.must_go
        if self._clock() >= self._good_until:
            return "token-expired"
        if not any(entry.is_about("terminal", self._terminal_id) for entry in entries):
            return ""
        response = await self._ask_again()
        wish = waiting_of(response)
        if isinstance(wish, ForEvents):
            self._let_in(wish)
            return ""
        return _code_of(response)

    def _let_in(self, wish: ForEvents) -> None:
        self._terminal_id = wish.caller.terminal_id
        left = seconds_left(wish.caller, timezone.now(), _LONGER_THAN_ANY_TOKEN_S)
        self._good_until = self._clock() + left


def _pieces(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Frames put together until they are some 64 kB: what one piece holds waits in buffers of ours."""
    held = b""
    for frame in frames:
        held += frame
        if len(held) >= PIECE:
            yield held
            held = b""
    if held:
        yield held


def _text(place: Cursor | None) -> str:
    """The cursor as it is written; empty for the beginning."""
    return write_cursor(place.epoch, place.position) if place else ""


def _code_of(response: HttpResponseBase) -> str:
    """The code of a problem document."""
    assert isinstance(response, HttpResponse)
    return str(json.loads(response.content)["code"])
