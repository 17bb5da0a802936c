"""The one reader of the feed, for all who wait."""

from __future__ import annotations

import asyncio
import logging
import random

import psycopg

from apps.events.commands import Head
from apps.streams.hall import Hall
from apps.streams.ring import SIZE, Entry, Ring
from apps.streams.source import Source, open_source

logger = logging.getLogger(__name__)

BATCH = 500
LOOK_EVERY_S = 1.0
PATIENCE_S = 20.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Tail:
    """Keeps the ring up to date and wakes those whom it concerns, for ever."""

    def __init__(self, ring: Ring, hall: Hall) -> None:
        self._ring = ring
        self._hall = hall
        self._pause = FIRST_PAUSE_S

    async def run(self) -> None:
        """Follow; after any trouble with the database, again from where the ring ends.

        Nobody who waits notices more than a delay: positions have no gaps, so what was placed
        meanwhile is read first.
        """
        while True:
            try:
                async with open_source() as source:
                    await self._follow(source)
            except (psycopg.Error, OSError, TimeoutError) as error:
                logger.warning("the feed is lost, will be back: %s", type(error).__name__)
            await asyncio.sleep(self._pause * (0.5 + random.random()))
            self._pause = min(2 * self._pause, LONGEST_PAUSE_S)

    async def _follow(self, source: Source) -> None:
        while True:
            async with asyncio.timeout(PATIENCE_S):
                await self._catch_up(source)
            self._pause = FIRST_PAUSE_S
            # Looking every second is the net below: a notice may be lost with its connection.
            await source.notice(LOOK_EVERY_S)

    async def _catch_up(self, source: Source) -> None:
        head = await source.head()
        if not self._continues(head):
            self._begin_anew(str(head.epoch), max(head.first - 1, head.last - SIZE))
        while self._ring.head < head.last:
            rows = await source.after(self._ring.head, BATCH)
            entries = [Entry(self._ring.epoch, row) for row in rows]
            if not entries:
                return
            if entries[0].position > self._ring.head + 1:
                # Forgotten before we came to it. Who has not read it must not be led past it.
                self._begin_anew(self._ring.epoch, entries[0].position - 1)
            self._ring.push(entries)
            self._hall.call(entry.store_id for entry in entries)

    def _begin_anew(self, epoch: str, position: int) -> None:
        self._ring.restart(epoch, position)
        self._hall.call([None])

    def _continues(self, head: Head) -> bool:
        """Whether what follows the ring is still to be had."""
        same = self._ring.epoch == str(head.epoch)
        return same and head.first - 1 <= self._ring.head <= head.last
