"""Telling news, giving it its place in the feed, and forgetting it after its time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.common.ids import uuid7
from apps.common.wakeup import wake_on_commit
from apps.events.commands import News, Place
from apps.events.store import (
    announce,
    forget_batch,
    insert_events,
    lock_forgetting,
    lock_sequencer,
    place_batch,
)

BATCH = 500
FORGET_BATCH = 2_000
FORGET_BATCHES = 200


def tell(news: Sequence[News], *, place: Place, now: datetime) -> None:
    """Write the events of this transaction, in order, and wake the sequencer when it commits."""
    tell_each([(item, place) for item in news], now=now)


def tell_each(news: Sequence[tuple[News, Place]], *, now: datetime) -> None:
    """The same for news from several places."""
    insert_events(
        [
            (
                uuid7(),
                item.type,
                item.subject_type,
                item.subject_id,
                place.store_id,
                place.store_number,
                place.terminal_number,
                place.occurred_at,
                json.dumps(item.data, default=str),
            )
            for item, place in news
        ],
        recorded_at=now,
    )
    wake_on_commit(settings.FEED_TASK)


def place_events() -> int:
    """Run the sequencer until nothing waits, in batches of its own transactions; how many it placed.

    One at a time: whoever finds the lock taken leaves at once, since the holder will place
    everything that was committed before it looked, and beat looks again a second later.
    """
    placed = 0
    while True:
        with transaction.atomic():
            if not lock_sequencer():
                return placed
            if count := place_batch(BATCH):
                announce()
        placed += count
        if count < BATCH:
            return placed


def forget_events(*, keep_from: int | None, now: datetime) -> int:
    """Remove what is older than FEED_RETENTION_DAYS from the beginning of the feed; how much.

    An event at the place `keep_from`, or behind it, stays however old it is: somebody needs it.
    In batches of their own transactions, since the sequencer waits for each; what is left after so
    many is left for the next run.
    """
    before = now - timedelta(days=settings.FEED_RETENTION_DAYS)
    forgotten = 0
    for _ in range(FORGET_BATCHES):
        with transaction.atomic():
            if not lock_forgetting():
                return forgotten
            count = forget_batch(FORGET_BATCH, before=before, keep_from=keep_from)
        forgotten += count
        if count < FORGET_BATCH:
            return forgotten
    return forgotten
