"""When a register is told to make a new key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_LEAD = timedelta(days=14)
LAST_DAY = timedelta(days=1)
REMIND_DAYS_BEFORE = (14, 7, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """Allowed hours of the shop's day; over midnight when `start` is the later one; none is always."""

    start: time | None = None
    end: time | None = None

    def is_open(self, now: datetime, zone: str) -> bool:
        if self.start is None or self.end is None:
            return True
        local = now.astimezone(ZoneInfo(zone)).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A policy as it applies to one register: no key gets older than `every_days`."""

    every_days: int
    window: Window = ALWAYS

    def deadline(self, in_use_since: datetime) -> datetime:
        return in_use_since + timedelta(days=self.every_days)

    @property
    def lead(self) -> timedelta:
        """How long before the deadline the register is told: two weeks, or a third of a short life."""
        return min(LONGEST_LEAD, timedelta(days=self.every_days) / 3)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A rotation that a person asked for, and that this register has not done yet."""

    rotate_by: datetime
    window: Window = ALWAYS


def rotate_by(
    *,
    in_use_since: datetime | None,
    schedule: Schedule | None,
    ordered: Ordered | None,
    zone: str,
    now: datetime,
) -> datetime | None:
    """The time by which a new key has to be in use, if the register is to make it now; else None.

    1. What a person ordered comes first. It waits for the allowed hours until its own deadline.
    2. By schedule the register is told in the allowed hours of the last two weeks of a key's life.
    3. On the last day, and after it, at any hour: a register that is off at night must not be
       forgotten because its window is at night.
    """
    told = []
    if ordered and (ordered.window.is_open(now, zone) or now >= ordered.rotate_by):
        told.append(ordered.rotate_by)
    if schedule and in_use_since:
        deadline = schedule.deadline(in_use_since)
        in_time = now >= deadline - schedule.lead and schedule.window.is_open(now, zone)
        if in_time or now >= deadline - LAST_DAY:
            told.append(deadline)
    return min(told, default=None)


def reminder_due(deadline: datetime, now: datetime) -> int | None:
    """14, 7 or 1: the reminder whose time has come, counted in days before the deadline."""
    left = deadline - now
    due = [days for days in REMIND_DAYS_BEFORE if left <= timedelta(days=days)]
    return min(due, default=None) if left > timedelta(0) else None
