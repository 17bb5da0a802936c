"""The last some thousand events of the feed, in memory, for all who wait."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from heapq import merge
from typing import Any
from uuid import UUID

from apps.common.fields import written
from apps.common.renderers import to_json
from apps.events.commands import Cursor
from apps.events.feed import write_cursor
from apps.events.frames import event_frame
from apps.events.serializers import EventOut
from apps.events.store import to_event

SIZE = 5_000


class Entry:
    """One event. Its bytes are made when somebody wants them, once for all."""

    __slots__ = ("_frame", "_item", "_row", "epoch", "position", "store_id", "subject", "type")

    def __init__(self, epoch: str, row: tuple[Any, ...]) -> None:
        """`row` as `apps.events.store.to_event` takes it."""
        self.epoch = epoch
        self.position: int = row[2]
        self.type: str = row[3]
        self.subject: tuple[str, str] = (row[4], row[5])
        self.store_id: int | None = row[7]
        self._row = row
        self._item = self._frame = b""

    @property
    def item(self) -> bytes:
        """The event as it stands in a page."""
        if not self._item:
            self._item = to_json(written(EventOut, to_event(self._row)))
        return self._item

    @property
    def frame(self) -> bytes:
        """The event as it goes over a stream."""
        if not self._frame:
            cursor = write_cursor(self.epoch, self.position)
            self._frame = event_frame(cursor, self.type, self.item)
        return self._frame

    def is_about(self, kind: str, subject_id: UUID) -> bool:
        return self.subject == (kind, str(subject_id))

    def names(self, something: UUID) -> bool:
        """Whether it is about that, or mentions it."""
        return self.subject[1] == str(something) or f'"{something}"' in self._row[-1]


class Ring:
    """The newest events, by shop; those that concern all shops stand under None.

    A shop's reader is in memory as long as nothing of that shop behind it was dropped, however many
    events of others have passed. Not safe for threads: it belongs to the event loop.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self.restart("", 0)

    def restart(self, epoch: str, position: int) -> None:
        """Forget everything; what comes next stands behind this position."""
        self.epoch = epoch
        self.head = position
        self._begun_at = position
        self._order: deque[int | None] = deque()  # the shops of all entries, oldest first
        self._entries: defaultdict[int | None, deque[Entry]] = defaultdict(deque)
        self._dropped: dict[int | None, int] = {}  # the last position that is gone, by shop

    def push(self, entries: Sequence[Entry]) -> None:
        """Append what was placed, in order."""
        for entry in entries:
            self._order.append(entry.store_id)
            self._entries[entry.store_id].append(entry)
            self.head = entry.position
        while len(self._order) > self._size:
            store_id = self._order.popleft()
            self._dropped[store_id] = self._entries[store_id].popleft().position

    @property
    def place(self) -> Cursor:
        """How far a reader is who knows everything that is here."""
        return Cursor(self.epoch, self.head)

    def after(self, store_id: int, place: Cursor) -> list[Entry] | None:
        """What concerns this shop behind a place, in order. None: some of it may not be here."""
        floor = max(self._dropped.get(which, self._begun_at) for which in (store_id, None))
        if place.epoch != self.epoch or place.position < floor:
            return None
        own, everybodys = (self._newer(which, place.position) for which in (store_id, None))
        return list(merge(own, everybodys, key=lambda entry: entry.position))

    def _newer(self, which: int | None, position: int) -> list[Entry]:
        found: list[Entry] = []
        for entry in reversed(self._entries.get(which, ())):
            if entry.position <= position:
                break
            found.append(entry)
        return found[::-1]
