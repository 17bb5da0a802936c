"""When a destination is left alone for a while, and how it is let in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

IN_A_ROW = 5
OF_RECENT = 20
RECENT = timedelta(minutes=1)
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`open_until` is None while closed. `recent` holds (when, went well), the newest last."""

    failures_in_a_row: int = 0
    open_until: datetime | None = None
    opened_for: timedelta = timedelta(0)
    recent: tuple[tuple[datetime, bool], ...] = ()

    def lets_through(self, now: datetime) -> bool:
        return self.open_until is None or self.open_until <= now

    @property
    def wants_a_probe(self) -> bool:
        """It was opened and not closed since: one attempt decides."""
        return self.open_until is not None


def after(breaker: Breaker, outcomes: Sequence[bool], now: datetime) -> Breaker:
    """The breaker once these attempts are known, in their order.

    It opens after 5 failures in a row, or when half of 20 attempts within a minute failed: for 30 s,
    and twice as long each time that the probe fails, up to 10 minutes. A success closes it.
    """
    for went_well in outcomes:
        breaker = _after_one(breaker, went_well, now)
    return breaker


def _after_one(breaker: Breaker, went_well: bool, now: datetime) -> Breaker:
    kept = [one for one in breaker.recent if now - one[0] <= RECENT]
    recent = (*kept[-(OF_RECENT - 1) :], (now, went_well))
    if breaker.wants_a_probe:
        if went_well:
            return Breaker(recent=((now, True),))
        longer = min(breaker.opened_for * 2, LONGEST)
        failures = breaker.failures_in_a_row + 1
        return Breaker(failures, now + longer, longer, recent)
    if went_well:
        closed = replace(breaker, failures_in_a_row=0, recent=recent)
        return _opened(closed, now) if _half_failed(recent) else closed
    failed = replace(breaker, failures_in_a_row=breaker.failures_in_a_row + 1, recent=recent)
    if failed.failures_in_a_row >= IN_A_ROW or _half_failed(recent):
        return _opened(failed, now)
    return failed


def _opened(breaker: Breaker, now: datetime) -> Breaker:
    return replace(breaker, open_until=now + SHORTEST, opened_for=SHORTEST, recent=())


def _half_failed(recent: Sequence[tuple[datetime, bool]]) -> bool:
    failed = sum(not went_well for _, went_well in recent)
    return len(recent) >= OF_RECENT and failed * 2 >= len(recent)
