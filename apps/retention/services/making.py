"""Months are made before anything is written into them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import transaction

from apps.retention import store
from apps.retention.commands import Partition, after
from apps.retention.kinds import KINDS, Kind

AHEAD = 3


def make_months(*, now: datetime) -> list[str]:
    """Make what is missing of each table, from its last month to three ahead; what was made.

    Each in a transaction of its own. Several at once do no harm: the second finds it made. What was
    caught while a month was missing moves into it.
    """
    last = {one.table: one.month for one in store.read_partitions() if one.month}
    made = []
    for kind in KINDS:
        for month in _wanted(kind, last, now):
            with transaction.atomic():
                if store.make_month(kind.table, month):
                    made.append(f"{kind.name} {month:%Y-%m}")
    return made


def missing_soon(partitions: list[Partition], *, now: datetime) -> list[Kind]:
    """The kinds whose present or next month is not made."""
    present = now.astimezone(UTC).date().replace(day=1)
    there = {(one.table, one.month) for one in partitions}
    return [
        kind for kind in KINDS if not {(kind.table, present), (kind.table, after(present))} <= there
    ]


def _wanted(kind: Kind, last: dict[str, date], now: datetime) -> list[date]:
    present = now.astimezone(UTC).date().replace(day=1)
    first = min(after(last[kind.table]), present) if kind.table in last else present
    span = (present.year - first.year) * 12 + present.month - first.month
    return [after(first, n) for n in range(span + AHEAD + 1) if after(first, n) > last[kind.table]]
