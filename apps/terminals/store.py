"""The one SELECT that every request of a register begins with, and other narrow statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.sql import execute, fetch_all, fetch_one
from apps.terminals.policy.rotation import LONGEST_LEAD, Ordered, Schedule, Window

_BY_TOKEN = """
SELECT t.id, t.number, t.status, s.id, s.number, s.region_id, s.timezone, s.currency,
       k.scopes, p.scopes, p.rate_per_second, p.burst, k.id, k.expires_at, k.revoked_at,
       c.id, c.status, c.not_after, seen.last_seen_at, p.return_limit_minor, s.language,
       s.cash_increment_minor, s.cash_mode
  FROM terminals_accesstoken k
  JOIN terminals_credential c ON c.id = k.credential_id
  JOIN terminals_terminal t ON t.id = c.terminal_id
  JOIN terminals_terminalprofile p ON p.id = t.profile_id
  JOIN stores_store s ON s.id = t.store_id
  LEFT JOIN terminals_terminalseen seen ON seen.terminal_id = t.id
 WHERE k.token_hash = %s
"""

# What a register says of its version counts for more than what its HTTP library says.
_SEEN = """
INSERT INTO terminals_terminalseen (terminal_id, last_seen_at, ip, software_version)
VALUES (%s, %s, %s, %s)
ON CONFLICT (terminal_id) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at, ip = EXCLUDED.ip,
   software_version = CASE WHEN terminals_terminalseen.heartbeat_at IS NULL AND EXCLUDED.software_version <> ''
                           THEN EXCLUDED.software_version ELSE terminals_terminalseen.software_version END
"""

_HEARTBEAT = """
WITH machine AS (UPDATE terminals_terminal SET hardware = %(hardware)s
                  WHERE id = %(terminal)s AND %(hardware)s <> '' AND hardware <> %(hardware)s)
INSERT INTO terminals_terminalseen
   (terminal_id, last_seen_at, heartbeat_at, ip, software_version, clock_skew_ms, queue_depth)
VALUES (%(terminal)s, %(at)s, %(at)s, %(ip)s, %(version)s, %(skew)s, %(queue)s)
ON CONFLICT (terminal_id) DO UPDATE SET
   last_seen_at = EXCLUDED.last_seen_at, heartbeat_at = EXCLUDED.heartbeat_at, ip = EXCLUDED.ip,
   software_version = coalesce(nullif(EXCLUDED.software_version, ''), terminals_terminalseen.software_version),
   clock_skew_ms = coalesce(EXCLUDED.clock_skew_ms, terminals_terminalseen.clock_skew_ms),
   queue_depth = coalesce(EXCLUDED.queue_depth, terminals_terminalseen.queue_depth)
"""

_SPEND = """
INSERT INTO terminals_spentassertion (digest, expires_at) VALUES (%s, %s)
ON CONFLICT (digest) DO NOTHING
"""

# The narrowest policy in force: the register's, its shop's, its region's, everybody's.
_POLICY = """
LEFT JOIN LATERAL (
    SELECT p.* FROM terminals_rotationpolicy p
     WHERE p.enabled AND coalesce(p.terminal_id = t.id, true) AND coalesce(p.store_id = s.id, true)
       AND coalesce(p.region_id = s.region_id, p.region_id IS NULL)
     ORDER BY p.terminal_id IS NULL, p.store_id IS NULL, p.region_id IS NULL LIMIT 1) policy ON true
"""

_IN_USE = """
  FROM terminals_terminal t
  JOIN stores_store s ON s.id = t.store_id
  LEFT JOIN terminals_credential c ON c.terminal_id = t.id AND c.status = 'active'
"""

_STANDING = f"""
SELECT s.timezone, coalesce(c.first_used_at, c.created_at),
       policy.every_days, policy.window_start, policy.window_end,
       ordered.due_at, ordered.window_start, ordered.window_end
{_IN_USE} {_POLICY}
  LEFT JOIN LATERAL (
    SELECT r.due_at, r.window_start, r.window_end
      FROM terminals_rotationtarget x JOIN terminals_rotation r ON r.id = x.rotation_id
     WHERE x.terminal_id = t.id AND x.done_at IS NULL AND r.cancelled_at IS NULL
       AND r.starts_at <= %s
     ORDER BY r.due_at LIMIT 1) ordered ON true
 WHERE t.id = %s
"""

_OVERLAP = f"SELECT policy.overlap_hours {_IN_USE} {_POLICY} WHERE t.id = %s"

_NEAR = f"""
SELECT t.id, c.id, coalesce(c.first_used_at, c.created_at) + make_interval(days => policy.every_days)
{_IN_USE} {_POLICY}
 WHERE t.status = 'active' AND c.id IS NOT NULL AND policy.id IS NOT NULL
   AND coalesce(c.first_used_at, c.created_at) + make_interval(days => policy.every_days) <= %s
"""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token with the register it speaks for, as it stands at this moment."""

    terminal_id: UUID
    terminal_number: str
    terminal_status: str
    store_id: int
    store_number: str
    region_id: int | None
    timezone: str
    currency: str
    token_scopes: list[str]
    profile_scopes: list[str]
    rate_per_second: int
    burst: int
    token_id: int
    expires_at: datetime
    revoked_at: datetime | None
    credential_id: UUID
    credential_status: str
    credential_not_after: datetime | None
    last_seen_at: datetime | None
    return_limit_minor: int | None
    language: str
    cash_increment_minor: int
    cash_mode: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a register is to rotate."""

    zone: str
    in_use_since: datetime | None
    schedule: Schedule | None
    ordered: Ordered | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the credential in use reaches the age that its policy allows."""

    terminal_id: UUID
    credential_id: UUID
    deadline: datetime


def find_token(token_hash: bytes) -> TokenRow | None:
    row: tuple[Any, ...] | None = fetch_one(_BY_TOKEN, [token_hash])
    return TokenRow(*row) if row else None


def note_seen(terminal_id: UUID, *, at: datetime, ip: str | None, version: str) -> None:
    execute(_SEEN, [terminal_id, at, ip, version])


def note_heartbeat(
    terminal_id: UUID,
    *,
    at: datetime,
    ip: str | None,
    version: str,
    hardware: str,
    skew_ms: int | None,
    queue_depth: int | None,
) -> None:
    values = {"terminal": terminal_id, "at": at, "ip": ip, "version": version}
    execute(_HEARTBEAT, values | {"hardware": hardware, "skew": skew_ms, "queue": queue_depth})


def spend(digest: bytes, expires_at: datetime) -> bool:
    """False when this assertion was used before."""
    return execute(_SPEND, [digest, expires_at]) == 1


def rotation_standing(terminal_id: UUID, *, now: datetime) -> Standing:
    row = fetch_one(_STANDING, [now, terminal_id])
    assert row is not None
    zone, since, every_days, *rest = row
    policy_window, due, order_window = Window(*rest[:2]), rest[2], Window(*rest[3:])
    return Standing(
        zone=zone,
        in_use_since=since,
        schedule=Schedule(every_days, policy_window) if every_days else None,
        ordered=Ordered(due, order_window) if due else None,
    )


def overlap_hours(terminal_id: UUID) -> int | None:
    """The overlap of the policy that applies to the register, if one does."""
    row = fetch_one(_OVERLAP, [terminal_id])
    return row[0] if row else None


def deadlines_near(now: datetime) -> list[Deadline]:
    """Credentials in use that are due within two weeks, or overdue."""
    return [Deadline(*row) for row in fetch_all(_NEAR, [now + LONGEST_LEAD])]
