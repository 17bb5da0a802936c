"""How a destination is doing, in the few words that a list has room for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DEAD_COUNTED = 100
CALLS_LOOKED_AT = 100
CALLS_WITHIN = timedelta(hours=1)

CLOSED, OPEN, PROBING = "closed", "open", "probing"


@dataclass(frozen=True, slots=True)
class Glance:
    """`dead` is exact up to 100; 101 is more. Calls are the last 100 within an hour."""

    oldest_waiting: datetime | None = None
    dead: int = 0
    calls: int = 0
    failed: int = 0
    open_until: datetime | None = None
    last_success_at: datetime | None = None

    def is_late(self, now: datetime, max_age: timedelta) -> bool:
        return self.oldest_waiting is not None and now - self.oldest_waiting > max_age

    def breaker(self, now: datetime) -> str:
        if self.open_until is None:
            return CLOSED
        return OPEN if self.open_until > now else PROBING

    @property
    def percent_failed(self) -> int:
        """Rounded up: a single failure is never 0 %."""
        return -(-self.failed * 100 // self.calls) if self.calls else 0
