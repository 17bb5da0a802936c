"""The event ledger's SQL: one INSERT for all news of a transaction, and the sequencer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from typing import Any

from apps.common.sql import execute, fetch_one

# Two 32-bit keys of our own for the advisory lock of the one sequencer.
_SEQUENCER_LOCK = (7_311, 1)

# The n-th of its subject: what stands already, plus its place among the news of this statement.
# Safe because whoever tells news of a subject holds that subject's row lock (or has just made it).
_INSERT = """
INSERT INTO events_event (id, ordinal, type, subject_type, subject_id, sequence, store_id,
                          store_number, terminal_number, occurred_at, recorded_at, data)
SELECT n.id, nextval('events_event_ordinal'), n.type, n.subject_type, n.subject_id,
       coalesce((SELECT max(e.sequence) FROM events_event e
                  WHERE e.subject_type = n.subject_type AND e.subject_id = n.subject_id), 0)
       + row_number() OVER (PARTITION BY n.subject_type, n.subject_id ORDER BY n.place),
       %s, %s, %s, %s, %s, n.data
  FROM (VALUES {}) AS n(place, id, type, subject_type, subject_id, data)
 ORDER BY n.place
"""
# One parameter a value, not one array a column: escaping JSON into an array is dear.
_ROW = "(%s::int, %s::uuid, %s::text, %s::text, %s::text, %s::jsonb)"

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


def insert_events(
    *,
    store_id: int | None,
    store_number: str,
    terminal_number: str,
    occurred_at: Any,
    recorded_at: Any,
    columns: Sequence[Sequence[Any]],
) -> None:
    """`columns`: ids, types, subject types, subject ids, data (JSON text), each a list."""
    rows = list(zip(count(), *columns))
    execute(
        _INSERT.format(", ".join([_ROW] * len(rows))),
        [store_id, store_number, terminal_number, occurred_at, recorded_at, *chain(*rows)],
    )


def lock_sequencer() -> bool:
    """False when another sequencer is at work (it will place what we would have)."""
    row = fetch_one("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", _SEQUENCER_LOCK)
    return bool(row and row[0])


def place_batch(limit: int) -> int:
    """Give up to `limit` waiting events their places; how many got one."""
    row = fetch_one(_PLACE, [limit])
    return int(row[0]) if row else 0
