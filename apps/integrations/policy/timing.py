"""When a destination's turn comes: at once, every so often, or daily at a local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AT_ONCE, EVERY, DAILY = "at_once", "every", "daily"


@dataclass(frozen=True, slots=True)
class Timing:
    """As an administrator set it; read anew at every tick, so a change counts at the next one."""

    mode: str
    every: timedelta = timedelta(0)
    at: time = time(0)
    zone: str = "UTC"


def run_due(timing: Timing, *, last_run: datetime | None, now: datetime) -> bool:
    """Whether a new run begins now. A run that was missed is made up for, once."""
    if timing.mode == AT_ONCE:
        return True
    if last_run is None:
        return timing.mode == EVERY or _latest(timing, now) <= now
    if timing.mode == EVERY:
        return now - last_run >= timing.every
    return last_run < _latest(timing, now)


def _latest(timing: Timing, now: datetime) -> datetime:
    """The last time of day that has come; on a day that skips it, the moment after the gap."""
    zone = ZoneInfo(timing.zone)
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), timing.at, zone)
    return today if today <= local else datetime.combine(
        local.date() - timedelta(days=1), timing.at, zone
    )  # fmt: skip
