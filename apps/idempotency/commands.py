from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Attempt:
    """One arrival of a request: whose, under which key, and what it says."""

    terminal_id: UUID
    key: str
    fingerprint: bytes
    method: str
    path: str
    request_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. `keep=False` for answers a repetition must not see again (a 409, say)."""

    status: int
    body: bytes
    effect: str = ""
    keep: bool = True
    replayed: bool = False
    original_request_id: str = ""
