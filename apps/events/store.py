"""The event ledger's SQL: one INSERT for all news of a transaction, the sequencer, pages, the end.

`HEAD`, `NEXT` and `CHANNEL` are for those who follow the feed on a connection of their own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from apps.common.sql import execute, fetch_all, fetch_one
from apps.events.commands import Head
from apps.events.models import Event

# Two 32-bit keys of our own for each advisory lock: of the one sequencer, and of the one who forgets.
_SEQUENCER_LOCK = (7_311, 1)
_FORGETTING_LOCK = (7_311, 2)

CHANNEL = "feed"
"""What PostgreSQL notifies when events have got their places."""

# The n-th of its subject: what stands already, plus its place among the news of this statement.
# Safe because whoever tells news of a subject holds that subject's row lock (or has just made it).
_INSERT = """
INSERT INTO events_event (id, ordinal, type, subject_type, subject_id, sequence, store_id,
                          store_number, terminal_number, occurred_at, recorded_at, data)
SELECT n.id, nextval('events_event_ordinal'), n.type, n.subject_type, n.subject_id,
       coalesce((SELECT max(e.sequence) FROM events_event e
                  WHERE e.subject_type = n.subject_type AND e.subject_id = n.subject_id),
                (SELECT f.last_sequence FROM events_forgottensubject f
                  WHERE f.subject_type = n.subject_type AND f.subject_id = n.subject_id), 0)
       + row_number() OVER (PARTITION BY n.subject_type, n.subject_id ORDER BY n.place),
       n.store_id, n.store_number, n.terminal_number, n.occurred_at, %s, n.data
  FROM (VALUES {}) AS n(place, id, type, subject_type, subject_id, store_id, store_number,
                        terminal_number, occurred_at, data)
 ORDER BY n.place
"""
# One parameter a value, not one array a column: escaping JSON into an array is dear.
_ROW = (
    "(%s::int, %s::uuid, %s::text, %s::text, %s::text, %s::bigint, %s::text, %s::text, "
    "%s::timestamptz, %s::jsonb)"
)

_PLACE = """
WITH head AS (SELECT last_position FROM events_feedhead WHERE id = 1 FOR UPDATE),
     batch AS (SELECT id, row_number() OVER (ORDER BY ordinal) AS n
                 FROM (SELECT id, ordinal FROM events_event
                        WHERE position IS NULL ORDER BY ordinal LIMIT %s) AS waiting),
     placed AS (UPDATE events_event AS e SET position = head.last_position + batch.n
                  FROM batch, head WHERE e.id = batch.id RETURNING 1),
     moved AS (UPDATE events_feedhead SET last_position = last_position + (SELECT count(*) FROM batch)
                WHERE id = 1)
SELECT count(*) FROM placed
"""

_FIELDS = (
    *("id", "ordinal", "position", "type", "subject_type", "subject_id", "sequence", "store_id"),
    *("store_number", "terminal_number", "occurred_at", "recorded_at", "data"),
)
_COLUMNS = ", ".join(_FIELDS[:-1]) + ", data::text"

HEAD = "SELECT epoch, first_position, last_position FROM events_feedhead WHERE id = 1"
NEXT = f"SELECT {_COLUMNS} FROM events_event WHERE position > %s ORDER BY position LIMIT %s"

# A shop's page, and what concerns all shops: two walks along one index, not one along everybody's
# events. Head and events are of one snapshot: what is forgotten meanwhile cannot be missing unseen.
_PAGE = f"""
SELECT h.epoch, h.first_position, h.last_position, e.*
  FROM events_feedhead h LEFT JOIN LATERAL (
       (SELECT {_COLUMNS} FROM events_event
         WHERE store_id = %(store)s AND position > %(after)s ORDER BY position LIMIT %(limit)s)
       UNION ALL
       (SELECT {_COLUMNS} FROM events_event
         WHERE store_id IS NULL AND position > %(after)s ORDER BY position LIMIT %(limit)s)
       ORDER BY position LIMIT %(limit)s) e ON true
 WHERE h.id = 1 ORDER BY e.position
"""

# Only ever the beginning goes: everything before the first event that is young enough, or needed.
_FORGET = """
WITH batch AS (SELECT e.id, e.position, e.recorded_at, e.subject_type, e.subject_id, e.sequence
                 FROM events_event e, events_feedhead h
                WHERE h.id = 1 AND e.position >= h.first_position
                  AND e.position < coalesce(%(keep_from)s::bigint, e.position + 1)
                ORDER BY e.position LIMIT %(limit)s),
     old AS (SELECT * FROM batch
              WHERE position < coalesce((SELECT min(position) FROM batch WHERE recorded_at >= %(before)s),
                                        position + 1)),
     gone AS (DELETE FROM events_event e USING old WHERE e.id = old.id),
     counted AS (INSERT INTO events_forgottensubject (subject_type, subject_id, last_sequence)
                 SELECT subject_type, subject_id, max(sequence) FROM old GROUP BY 1, 2
                 ON CONFLICT (subject_type, subject_id) DO UPDATE SET last_sequence = EXCLUDED.last_sequence),
     moved AS (UPDATE events_feedhead
                  SET first_position = first_position + (SELECT count(*) FROM old),
                      kept_after = greatest(kept_after, (SELECT max(recorded_at) FROM old))
                WHERE id = 1 AND EXISTS (SELECT 1 FROM old))
SELECT count(*) FROM old
"""


def insert_events(rows: Sequence[Sequence[Any]], *, recorded_at: datetime) -> None:
    """Rows of (id, type, subject type, subject id, shop, its number, register's number, when it
    happened, data as JSON text)."""
    numbered = chain.from_iterable((place, *row) for place, row in enumerate(rows))
    execute(_INSERT.format(", ".join([_ROW] * len(rows))), [recorded_at, *numbered])


def lock_sequencer() -> bool:
    """False when another sequencer is at work (it will place what we would have)."""
    return _try_lock(_SEQUENCER_LOCK)


def lock_forgetting() -> bool:
    """False when another one is at it. Two at once would count the same events twice."""
    return _try_lock(_FORGETTING_LOCK)


def _try_lock(keys: tuple[int, int]) -> bool:
    row = fetch_one("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", keys)
    return bool(row and row[0])


def place_batch(limit: int) -> int:
    """Give up to `limit` waiting events their places; how many got one."""
    row = fetch_one(_PLACE, [limit])
    return int(row[0]) if row else 0


def announce() -> None:
    """Tell those who listen, once this transaction has committed."""
    execute("SELECT pg_notify(%s, '')", [CHANNEL])


def read_head() -> Head:
    row = fetch_one(HEAD)
    assert row is not None
    return Head(*row)


def read_page(store_id: int, after: int, limit: int) -> tuple[Head, list[tuple[Any, ...]]]:
    """The head, and the shop's next `limit` events behind a position, for `to_event`."""
    rows = fetch_all(_PAGE, {"store": store_id, "after": after, "limit": limit})
    events = [row[3:] for row in rows if row[3] is not None]
    return Head(*rows[0][:3]), events


def to_event(row: tuple[Any, ...]) -> Event:
    """The event in a row of `read_page` or `NEXT`."""
    return Event(**dict(zip(_FIELDS[:-1], row, strict=False)), data=json.loads(row[-1]))


def forget_batch(limit: int, *, before: datetime, keep_from: int | None) -> int:
    """Remove up to `limit` events from the beginning, heard before then; how many went.

    An event at `keep_from` or behind it stays, however old.
    """
    row = fetch_one(_FORGET, {"limit": limit, "before": before, "keep_from": keep_from})
    return int(row[0]) if row else 0
