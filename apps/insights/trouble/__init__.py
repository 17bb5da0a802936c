"""The error queue: everything that needs a person, grouped by cause. A new source is one file more."""

from __future__ import annotations

from datetime import datetime

from apps.insights.trouble import conflicts, deliveries, inward, refunds
from apps.insights.trouble.base import Group, Source

SOURCES: tuple[Source, ...] = (
    deliveries.DeadDeliveries(),
    refunds.StuckRefunds(),
    conflicts.SaleConflicts(),
    inward.RejectedRecords(),
    inward.RejectedMessages(),
)


def read_groups(*, now: datetime) -> list[Group]:
    """What there is, the sources in their order; a statement or two of each."""
    return [group for source in SOURCES for group in source.groups(now)]


__all__ = ["SOURCES", "Group", "Source", "read_groups"]
