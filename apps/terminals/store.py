"""The one SELECT that every request of a register begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.sql import execute, fetch_one

_BY_TOKEN = """
SELECT t.id, t.number, t.status, s.id, s.number, s.region_id, s.timezone, s.currency,
       k.scopes, p.scopes, k.id, k.expires_at, c.id, c.status, c.not_after, seen.last_seen_at
  FROM terminals_accesstoken k
  JOIN terminals_credential c ON c.id = k.credential_id
  JOIN terminals_terminal t ON t.id = c.terminal_id
  JOIN terminals_terminalprofile p ON p.id = t.profile_id
  JOIN stores_store s ON s.id = t.store_id
  LEFT JOIN terminals_terminalseen seen ON seen.terminal_id = t.id
 WHERE k.token_hash = %s
"""

_SEEN = """
INSERT INTO terminals_terminalseen (terminal_id, last_seen_at, ip, software_version)
VALUES (%s, %s, %s, %s)
ON CONFLICT (terminal_id) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at, ip = EXCLUDED.ip,
   software_version = coalesce(nullif(EXCLUDED.software_version, ''), terminals_terminalseen.software_version)
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
    token_id: int
    expires_at: datetime
    credential_id: UUID
    credential_status: str
    credential_not_after: datetime | None
    last_seen_at: datetime | None


def find_token(token_hash: bytes) -> TokenRow | None:
    row: tuple[Any, ...] | None = fetch_one(_BY_TOKEN, [token_hash])
    return TokenRow(*row) if row else None


def note_seen(terminal_id: UUID, *, at: datetime, ip: str | None, version: str) -> None:
    execute(_SEEN, [terminal_id, at, ip, version])
