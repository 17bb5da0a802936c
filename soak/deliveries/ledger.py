"""What the database holds, by SELECTs of our own: none of the application's code in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import psycopg

_EVENTS = """
SELECT id::text, type, subject_type || ':' || subject_id, sequence, position,
       extract(epoch FROM recorded_at)::float8
  FROM events_event WHERE position IS NULL OR position > %s ORDER BY position
"""
_DELIVERIES = """
SELECT d.name, x.status, count(*) FROM integrations_delivery x
  JOIN integrations_destination d ON d.id = x.destination_id GROUP BY 1, 2
"""
# Nothing waits: for its processor, for its place, to be read, to be sent. A worker that was killed
# leaves refunds to their lease, and each of them will be news.
_AT_REST = """
SELECT NOT EXISTS (SELECT 1 FROM refunds_refund WHERE status IN ('submitted', 'unknown', 'requires_action'))
   AND NOT EXISTS (SELECT 1 FROM events_event WHERE position IS NULL)
   AND (SELECT position FROM integrations_feedreader WHERE name = 'deliveries')
     = (SELECT last_position FROM events_feedhead WHERE id = 1)
   AND NOT EXISTS (SELECT 1 FROM integrations_delivery WHERE status IN ('pending', 'sending'))
"""
_ATTEMPTS = "SELECT count(*), coalesce(max(number), 0) FROM integrations_attempt"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the ledger; `recorded_at` in seconds since 1970."""

    id: str
    type: str
    subject: str
    sequence: int
    position: int | None
    recorded_at: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """`deliveries` counts them by destination and status."""

    events: tuple[Told, ...]
    deliveries: Counter[tuple[str, str]]
    attempts: int
    most_attempts: int


def read_ledger(database_url: str, *, after: int) -> Ledger:
    with psycopg.connect(database_url) as database:
        counts: Counter[tuple[str, str]] = Counter()
        for name, status, count in database.execute(_DELIVERIES).fetchall():
            counts[name, status] = count
        attempts = database.execute(_ATTEMPTS).fetchone() or (0, 0)
        rows = database.execute(_EVENTS, [after]).fetchall()
        return Ledger(tuple(Told(*row) for row in rows), counts, *attempts)


def is_at_rest(database_url: str) -> bool:
    with psycopg.connect(database_url) as database:
        row = database.execute(_AT_REST).fetchone()
        return bool(row and row[0])
