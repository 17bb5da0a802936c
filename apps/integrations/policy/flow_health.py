"""How a sync flow is doing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

GOOD, NEW, FAILING, LATE, PAUSED = "good", "new", "failing", "late", "paused"


@dataclass(frozen=True, slots=True)
class FlowNow:
    """`done_at` is the last time that everything there was had been read."""

    paused: bool
    created_at: datetime
    done_at: datetime | None
    failures: int
    max_age: timedelta


def health_of(flow: FlowNow, now: datetime) -> str:
    """Late counts more than failing: a flow may fail now and then and still be in time."""
    if flow.paused:
        return PAUSED
    if now - (flow.done_at or flow.created_at) > flow.max_age:
        return LATE
    if flow.failures:
        return FAILING
    return GOOD if flow.done_at else NEW
