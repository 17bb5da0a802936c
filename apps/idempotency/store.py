"""Two statements a request: claim (lock and look), and keep (insert the answer)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.common.sql import execute, fetch_one
from apps.idempotency.models import lock_key

_CLAIM = """
SELECT lock.got, r.fingerprint, r.status, r.body, r.request_id
  FROM (SELECT pg_try_advisory_xact_lock(%s) AS got) AS lock
  LEFT JOIN idempotency_idempotentrequest r ON r.terminal_id = %s AND r.key = %s
"""

_KEEP = """
INSERT INTO idempotency_idempotentrequest
       (terminal_id, key, fingerprint, method, path, effect, status, body, request_id, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (terminal_id, key) DO NOTHING
"""

_IS_KEPT = "SELECT EXISTS (SELECT 1 FROM idempotency_idempotentrequest WHERE terminal_id = %s AND key = %s)"


@dataclass(frozen=True, slots=True)
class Kept:
    fingerprint: bytes
    status: int
    body: bytes
    request_id: str


def claim(terminal_id: UUID, key: str) -> tuple[bool, Kept | None]:
    """(is the key ours for this transaction, what was answered to it before)."""
    row = fetch_one(_CLAIM, [lock_key(terminal_id, key), terminal_id, key])
    assert row is not None
    got, fingerprint, status, body, request_id = row
    if fingerprint is None:
        return got, None
    return got, Kept(bytes(fingerprint), status, bytes(body), request_id)


def is_kept(terminal_id: UUID, key: str) -> bool:
    row = fetch_one(_IS_KEPT, [terminal_id, key])
    return row is not None and bool(row[0])


def keep(
    *,
    terminal_id: UUID,
    key: str,
    fingerprint: bytes,
    method: str,
    path: str,
    effect: str,
    status: int,
    body: bytes,
    request_id: str,
    now: datetime,
) -> bool:
    """False when the key was taken after all (see `services.run_once`)."""
    values = [terminal_id, key, fingerprint, method, path, effect, status, body, request_id, now]
    return execute(_KEEP, values) == 1
