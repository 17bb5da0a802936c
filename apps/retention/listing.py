"""The months of all tables as people read them: those that are there, and those that were put away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.audit.models import ArchivedMonth
from apps.common.display import BAD, CALM, GOOD, WAIT
from apps.retention import store
from apps.retention.commands import Partition, after
from apps.retention.kinds import KINDS, Kind
from apps.retention.services.archiving import why_kept
from apps.retention.services.making import missing_soon


@dataclass(frozen=True, slots=True)
class MonthRow:
    """`since` and `until` (without) are days, or words. `rows` None: not estimated yet."""

    kind: Any
    since: str
    until: str
    rows: int | None
    size: int | None
    state: str
    tone: str
    note: str = ""


def read_months(*, now: datetime) -> list[MonthRow]:
    """By kind and month. A few statements, and one or two for each month that is due."""
    partitions = store.read_partitions()
    archived = list(ArchivedMonth.objects.order_by("month"))
    rows: list[MonthRow] = []
    for kind in KINDS:
        there = [one for one in partitions if one.table == kind.table]
        months = {one.month for one in there}
        gone = [one for one in archived if one.kind == kind.name]
        rows += [_archived(kind, one) for one in gone if one.month not in months]
        rows += [_row(kind, one, {a.month: a for a in gone}, now) for one in there]
    return rows


@dataclass(frozen=True, slots=True)
class KindRows:
    """A table of the page: what is cut, for how long it is kept, and its months."""

    label: Any
    kept: str
    rows: list[MonthRow]


def read_kinds(*, now: datetime) -> list[KindRows]:
    months = read_months(now=now)
    return [
        KindRows(kind.label, _kept(kind), [row for row in months if row.kind == kind.label])
        for kind in KINDS
    ]


def _kept(kind: Kind) -> str:
    if not kind.setting:
        days = settings.FEED_RETENTION_DAYS
        return _(
            "Kept for %(n)s days (FEED_RETENTION_DAYS), and until their month is archived."
        ) % {"n": days}
    if not kind.months:
        return _("Kept for ever (%(setting)s is 0).") % {"setting": kind.setting}
    return _("Kept for %(n)s months beside the present one (%(setting)s).") % {
        "n": kind.months,
        "setting": kind.setting,
    }


def _archived(kind: Kind, one: ArchivedMonth) -> MonthRow:
    return MonthRow(kind.label, one.month.isoformat(), after(one.month).isoformat(), one.rows, None,
                    _("put away"), CALM, one.file)  # fmt: skip


def _row(kind: Kind, one: Partition, gone: dict[Any, ArchivedMonth], now: datetime) -> MonthRow:
    if one.month is None:
        state, tone, note = _rest(one)
        return MonthRow(kind.label, _("any other"), "", one.rows, one.size, state, tone, note)
    since = _("the beginning") if one.is_first else one.month.isoformat()
    state, tone, note = _state(kind, one, gone, now)
    until = after(one.month).isoformat()
    return MonthRow(kind.label, since, until, one.rows, one.size, state, tone, note)


def _rest(one: Partition) -> tuple[str, str, str]:
    if one.rows:
        return _("caught"), BAD, _("No month was made for these. They move once it is made.")
    return _("empty"), GOOD, ""


def _state(
    kind: Kind, one: Partition, gone: dict[Any, ArchivedMonth], now: datetime
) -> tuple[str, str, str]:
    assert one.month is not None
    today = now.astimezone(UTC).date()
    if one.month > today:
        return _("made ahead"), CALM, ""
    if after(one.month) > today:
        return _("being filled"), GOOD, ""
    if one.month in gone:
        return _("archived, not forgotten yet"), CALM, gone[one.month].file
    if not settings.ARCHIVE_FOLDER or not kind.is_due(one.month, today):
        return _("kept"), GOOD, ""
    if why := why_kept(kind, one):
        return _("held back"), WAIT, why
    return _("due"), WAIT, _("It is put away at the next run.")


def troubles(*, now: datetime) -> Iterator[tuple[Kind, str]]:
    """Kinds with rows that no month holds (`caught`), or whose next month is not made (`missing`)."""
    partitions = store.read_partitions()
    missing = missing_soon(partitions, now=now)
    for kind in KINDS:
        if any(one.table == kind.table and one.month is None and one.rows for one in partitions):
            yield kind, "caught"
        elif kind in missing:
            yield kind, "missing"
