"""Telling news, and giving it its place in the feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.common.ids import uuid7
from apps.common.wakeup import wake_on_commit
from apps.events.commands import News, Place
from apps.events.store import insert_events, lock_sequencer, place_batch

BATCH = 500


def tell(news: Sequence[News], *, place: Place, now: datetime) -> None:
    """Write the events of this transaction, in order, and wake the sequencer when it commits."""
    insert_events(
        store_id=place.store_id,
        store_number=place.store_number,
        terminal_number=place.terminal_number,
        occurred_at=place.occurred_at,
        recorded_at=now,
        columns=[
            [uuid7() for _ in news],
            [item.type for item in news],
            [item.subject_type for item in news],
            [item.subject_id for item in news],
            [json.dumps(item.data, default=str) for item in news],
        ],
    )
    wake_on_commit("events.place_events")


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
            count = place_batch(BATCH)
        placed += count
        if count < BATCH:
            return placed
