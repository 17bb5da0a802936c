"""What a register says of itself: that it lives, its clock, its version, what waits in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.common.caller import Caller
from apps.terminals import store
from apps.terminals.services.rotation import rotation_due


@dataclass(frozen=True, slots=True)
class Beat:
    """All of it optional. `clock` is the register's own time, as it was when it sent this."""

    software_version: str
    hardware: str
    clock: datetime | None
    queue_depth: int | None
    ip: str | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """Our answer: how far the register's clock is ahead of ours, and whether to rotate."""

    clock_skew_ms: int | None
    rotate_by: datetime | None


def note_heartbeat(beat: Beat, *, caller: Caller, now: datetime) -> Pulse:
    """Written over the one before; what it leaves out stays as it was."""
    skew = (beat.clock - now) // timedelta(milliseconds=1) if beat.clock else None
    store.note_heartbeat(
        caller.terminal_id,
        at=now,
        ip=beat.ip,
        version=beat.software_version,
        hardware=beat.hardware,
        skew_ms=skew,
        queue_depth=beat.queue_depth,
    )
    return Pulse(skew, rotation_due(caller.terminal_id, now=now))
