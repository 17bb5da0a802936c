"""The statements of the alerts: set-based, and by one worker at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.common.sql import execute, fetch_all, fetch_one

_WATCHING, _MAILING = 1, 2
_LOCK_CLASS = 7_313
QUIET = timedelta(hours=1)
"""What comes back within that time is not mailed once more."""

_OPEN = """
INSERT INTO insights_alert (kind, subject, facts, link, opened_at, told_at)
SELECT f.kind, f.subject, f.facts::jsonb, f.link, %(now)s::timestamptz,
       (SELECT max(a.told_at) FROM insights_alert a
         WHERE a.kind = f.kind AND a.subject = f.subject AND a.told_at > %(quiet)s)
  FROM unnest(%(kinds)s::text[], %(subjects)s::text[], %(facts)s::text[], %(links)s::text[])
       AS f(kind, subject, facts, link)
ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING
RETURNING id
"""

_CLOSE = """
UPDATE insights_alert a SET closed_at = %(now)s
 WHERE a.closed_at IS NULL AND NOT EXISTS (
       SELECT 1 FROM unnest(%(kinds)s::text[], %(subjects)s::text[]) AS f(kind, subject)
        WHERE f.kind = a.kind AND f.subject = a.subject)
"""

# All that is asked of a destination, for all of them. Paused and disabled ones may wait.
_DESTINATIONS = """
SELECT d.id::text, d.name, d.status, d.status_reason, d.max_age_seconds, h.open_until IS NOT NULL,
       h.failing_since, h.last_failure_at, w.oldest
  FROM integrations_destination d
  JOIN integrations_destinationhealth h ON h.destination_id = d.id
 CROSS JOIN LATERAL (SELECT min(x.created_at) AS oldest FROM integrations_delivery x
                      WHERE x.destination_id = d.id AND x.status IN ('pending', 'sending')) w
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is so at present: what an alert is to be about."""

    kind: str
    subject: str
    facts: dict[str, Any]
    link: str


@dataclass(frozen=True, slots=True)
class DestinationNow:
    """How a destination is at present; `oldest` is since when the first that waits has waited."""

    id: str
    name: str
    status: str
    reason: str
    max_age_s: int
    is_open: bool
    failing_since: datetime | None
    last_failure_at: datetime | None
    oldest: datetime | None

    @property
    def failed_for(self) -> timedelta:
        """From the first failure to the last, with nothing else between them."""
        if self.failing_since is None or self.last_failure_at is None:
            return timedelta(0)
        return self.last_failure_at - self.failing_since


def lock_watching() -> bool:
    """Until the transaction ends; False while another worker looks."""
    row = fetch_one("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", [_LOCK_CLASS, _WATCHING])
    return bool(row and row[0])


def lock_mailing() -> bool:
    """Until `unlock_mailing`, or until this connection ends; False while another worker mails."""
    row = fetch_one("SELECT pg_try_advisory_lock(%s::int, %s::int)", [_LOCK_CLASS, _MAILING])
    return bool(row and row[0])


def unlock_mailing() -> None:
    fetch_one("SELECT pg_advisory_unlock(%s::int, %s::int)", [_LOCK_CLASS, _MAILING])


def read_destinations() -> list[DestinationNow]:
    return [DestinationNow(*row) for row in fetch_all(_DESTINATIONS)]


def open_alerts(found: Sequence[Found], *, now: datetime) -> list[int]:
    """The ids of those that are new."""
    rows = fetch_all(
        _OPEN,
        {"now": now, "quiet": now - QUIET, "kinds": [f.kind for f in found],
         "subjects": [f.subject for f in found], "links": [f.link for f in found],
         "facts": [json.dumps(f.facts) for f in found]},
    )  # fmt: skip
    return [row[0] for row in rows]


def close_alerts_beyond(found: Sequence[Found], *, now: datetime) -> int:
    """Close every open one whose cause is not among these; how many."""
    kinds, subjects = [f.kind for f in found], [f.subject for f in found]
    return execute(_CLOSE, {"now": now, "kinds": kinds, "subjects": subjects})
