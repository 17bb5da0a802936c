"""The statements of the delivery engine: set-based, and fenced by the attempt number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.sql import execute, fetch_all, fetch_one
from apps.integrations.commands import CallMade

_LOCK_READER = """
SELECT position FROM integrations_feedreader WHERE name = %s FOR UPDATE SKIP LOCKED
"""

_INSERT = """
INSERT INTO integrations_delivery (destination_id, event_id, event_type, position, subject, sequence, label,
       status, attempts, tries, next_attempt_at, cause, detail, created_at, settled_by, note)
SELECT %s, e.id, e.type, e.position, e.subject_type || ':' || e.subject_id, e.sequence,
       left(coalesce(e.data ->> 'number', e.data ->> 'receipt_number', e.data ->> 'label', e.data ->> 'name',
                     e.data ->> 'sku', e.data ->> 'destination', ''), 64),
       'pending', 0, 0, %s, '', '', %s, '', ''
  FROM events_event e WHERE e.id = ANY (%s)
ON CONFLICT (destination_id, event_id) DO NOTHING
"""

# Destinations that may be called and have something due. A lease that has ended counts too. Counted
# no further than it takes to keep every place busy.
_DUE = """
SELECT d.id, d.concurrency, w.count, h.open_until IS NOT NULL
  FROM integrations_destination d
  JOIN integrations_destinationhealth h ON h.destination_id = d.id
 CROSS JOIN LATERAL (
       SELECT count(*) FROM (
              (SELECT 1 FROM integrations_delivery x WHERE x.destination_id = d.id
                  AND x.status = 'pending' AND x.next_attempt_at <= %(now)s LIMIT %(enough)s)
              UNION ALL
              (SELECT 1 FROM integrations_delivery x WHERE x.destination_id = d.id
                  AND x.status = 'sending' AND x.lease_until < %(now)s LIMIT %(enough)s)) AS waiting) AS w
 WHERE d.status = 'active' AND w.count > 0
   AND (h.open_until IS NULL OR h.open_until <= %(now)s)
   AND (h.probing_until IS NULL OR h.probing_until <= %(now)s)
"""

# A subject's later events wait for its earlier ones where order is asked for; also within one claim, so
# that it carries one of a subject at most. `before`: a run takes what stood there when it began.
_IN_ORDER = """
       (NOT %(ordered)s OR NOT EXISTS (
            SELECT 1 FROM integrations_delivery e
             WHERE e.destination_id = d.destination_id AND e.subject = d.subject
               AND e.sequence < d.sequence AND e.status IN ('pending', 'sending', 'dead')))
"""
_PENDING = f"""
    SELECT d.id, d.event_id FROM integrations_delivery d
     WHERE d.destination_id = %(destination)s AND d.status = 'pending'
       AND d.next_attempt_at <= %(now)s AND d.created_at <= %(before)s AND {_IN_ORDER}
"""
_LEASE_OVER = f"""
    SELECT d.id, d.event_id FROM integrations_delivery d
     WHERE d.destination_id = %(destination)s AND d.status = 'sending'
       AND d.lease_until < %(now)s AND {_IN_ORDER}
"""

_HAS_NEXT = f"SELECT EXISTS ({_PENDING}) OR EXISTS ({_LEASE_OVER})"

# Two walks, each along its own index: one with OR would sort all that waits, for every claim.
_CLAIM = f"""
WITH left_behind AS ({_LEASE_OVER} ORDER BY d.lease_until LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED),
     due AS ({_PENDING} ORDER BY d.next_attempt_at, d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED),
     next AS (SELECT id, event_id FROM left_behind UNION ALL SELECT id, event_id FROM due LIMIT %(limit)s)
UPDATE integrations_delivery d
   SET status = 'sending', attempts = d.attempts + 1, tries = d.tries + 1, lease_until = %(lease)s
  FROM next WHERE d.id = next.id AND d.event_id = next.event_id
RETURNING d.id, d.event_id, d.attempts, d.tries, d.position
"""

_RELEASE = """
UPDATE integrations_delivery d
   SET status = 'pending', attempts = d.attempts - 1, tries = d.tries - 1, lease_until = NULL
  FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS mine(id, event_id, attempts)
 WHERE d.id = mine.id AND d.event_id = mine.event_id AND d.attempts = mine.attempts AND d.status = 'sending'
"""

_SETTLE = """
UPDATE integrations_delivery d
   SET status = r.status, next_attempt_at = coalesce(r.next_at, d.next_attempt_at), lease_until = NULL,
       cause = r.cause, detail = r.detail,
       first_failed_at = CASE WHEN r.status = 'delivered' THEN NULL ELSE coalesce(d.first_failed_at, %s) END,
       settled_at = CASE WHEN r.status IN ('delivered', 'dead') THEN %s::timestamptz END
  FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
       AS r(id, event_id, attempts, status, next_at, cause, detail)
 WHERE d.id = r.id AND d.event_id = r.event_id AND d.attempts = r.attempts AND d.status = 'sending'
RETURNING d.id
"""

_CALLS = """
INSERT INTO integrations_call (id, destination_id, at, milliseconds, status, problem,
                               request_head, request_body, answer)
SELECT c.id, %s, c.at, c.ms, c.status, c.problem, c.head, c.body, c.answer
  FROM jsonb_to_recordset(%s::jsonb)
       AS c(id uuid, at timestamptz, ms bigint, status bigint, problem text, head jsonb, body text, answer text)
"""

_ATTEMPTS = """
INSERT INTO integrations_attempt (delivery_id, number, call_id, outcome)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::text[])
ON CONFLICT (delivery_id, number, call_id) DO NOTHING
"""


ENOUGH = 80
"""So many waiting keep every place of a destination busy; more are not counted."""


@dataclass(frozen=True, slots=True)
class Due:
    """A destination with something to send: calls at a time, how many wait (160 at most)."""

    id: UUID
    concurrency: int
    waiting: int
    probe: bool  # its breaker was open: one attempt decides


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker has until its lease ends; `attempts` is its fence."""

    id: int
    event_id: UUID
    attempts: int
    tries: int
    position: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one: `next_at` where it waits again."""

    claimed: Claimed
    status: str
    next_at: datetime | None
    cause: str
    detail: str
    outcome: str
    call_id: UUID


def lock_reader(name: str) -> int | None:
    """Its position; None while another worker reads."""
    row = fetch_one(_LOCK_READER, [name])
    return row[0] if row else None


def insert_deliveries(destination_id: UUID, event_ids: Sequence[UUID], *, now: datetime) -> int:
    return execute(_INSERT, [destination_id, now, now, list(event_ids)])


def due_destinations(now: datetime) -> list[Due]:
    """Those with something to send; not those that are left alone for now."""
    return [Due(*row) for row in fetch_all(_DUE, {"now": now, "enough": ENOUGH})]


def has_next(destination_id: UUID, *, ordered: bool, before: datetime, now: datetime) -> bool:
    """Whether `claim` would find something."""
    row = fetch_one(
        _HAS_NEXT, {"destination": destination_id, "ordered": ordered, "before": before, "now": now}
    )
    return bool(row and row[0])


def claim(
    destination_id: UUID,
    *,
    limit: int,
    ordered: bool,
    before: datetime,
    lease: datetime,
    now: datetime,
) -> list[Claimed]:
    """The next deliveries, in the feed's order."""
    rows = fetch_all(
        _CLAIM,
        {"destination": destination_id, "limit": limit, "ordered": ordered, "before": before,
         "lease": lease, "now": now},
    )  # fmt: skip
    return sorted((Claimed(*row) for row in rows), key=lambda claimed: claimed.position)


def release(claims: Sequence[Claimed]) -> None:
    """Give back what was not tried: no attempt is used up."""
    execute(
        _RELEASE,
        [[c.id for c in claims], [c.event_id for c in claims], [c.attempts for c in claims]],
    )


def settle(rows: Sequence[Settled], *, now: datetime) -> set[int]:
    """Write what became of them; the ids of those whose claim still stood. A zombie's are dropped."""
    columns = zip(
        *(
            (
                r.claimed.id,
                r.claimed.event_id,
                r.claimed.attempts,
                r.status,
                r.next_at,
                r.cause,
                r.detail,
            )
            for r in rows
        ),
        strict=True,
    )
    return {row[0] for row in fetch_all(_SETTLE, [now, now, *map(list, columns)])}


def log_calls(destination_id: UUID, calls: Sequence[tuple[UUID, CallMade]]) -> None:
    """As one JSON document: escaping long texts into arrays costs more than all the rest."""
    rows = [
        {"id": str(call_id), "at": c.at.isoformat(), "ms": c.milliseconds, "status": c.status,
         "problem": c.problem, "head": dict(c.head), "body": c.body, "answer": c.answer}
        for call_id, c in calls
    ]  # fmt: skip
    execute(_CALLS, [destination_id, json.dumps(rows)])


def log_attempts(rows: Sequence[Settled]) -> None:
    columns: Any = zip(
        *((r.claimed.id, r.claimed.attempts, r.call_id, r.outcome) for r in rows), strict=True
    )
    execute(_ATTEMPTS, [*map(list, columns)])
