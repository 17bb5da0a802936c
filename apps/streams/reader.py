"""One reader's way through the feed: from memory, and by the page query while it is far behind."""

from __future__ import annotations

from dataclasses import dataclass

from apps.events.commands import Cursor
from apps.events.feed import feed_rows, write_cursor
from apps.streams.gate import Gate
from apps.streams.ring import Entry, Ring


@dataclass(frozen=True, slots=True)
class Some:
    """Entries in order, and whether there are more."""

    entries: list[Entry]
    has_more: bool


class Reader:
    """Knows how far it has come. Nothing is given twice, and nothing left out."""

    def __init__(self, ring: Ring, gate: Gate, *, store_id: int, after: Cursor | None) -> None:
        self._ring = ring
        self._gate = gate
        self._store_id = store_id
        self.place = after
        """How far it has come; None before the first look from the beginning."""

    @property
    def cursor(self) -> str:
        """The place as it is written. Ask for something first."""
        assert self.place is not None
        return write_cursor(self.place.epoch, self.place.position)

    async def some(self, limit: int) -> Some:
        """What comes next, `limit` at most; nothing when it has come to the end.

        CursorExpired when what comes next was forgotten, or a new epoch has begun.
        """
        found = self._from_memory(limit)
        return found if found is not None else await self._from_database(limit)

    def _from_memory(self, limit: int) -> Some | None:
        place = self.place
        entries = self._ring.after(self._store_id, place) if place else None
        if place is None or entries is None:
            return None
        has_more = len(entries) > limit
        first = entries[:limit]
        # At the end everything up to the head was looked at, other shops' events too.
        reached = first[-1].position if has_more else max(self._ring.head, place.position)
        self.place = Cursor(place.epoch, reached)
        return Some(first, has_more)

    async def _from_database(self, limit: int) -> Some:
        after = self.place
        found = await self._gate.run(
            lambda: feed_rows(store_id=self._store_id, after=after, limit=limit)
        )
        self.place = Cursor(found.epoch, found.reached)
        return Some([Entry(found.epoch, row) for row in found.rows], found.has_more)
