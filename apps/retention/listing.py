"""The months of all tables as people read them: those that are there, and those that were put away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
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
    """`name` is the month in words. `rows` None: not estimated yet."""

    kind: Any
    name: str
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


def is_any_put_away() -> bool:
    return ArchivedMonth.objects.exists()


def _kept(kind: Kind) -> str:
    """For how long, as it is: without a folder no month goes anywhere."""
    days = {"n": settings.FEED_RETENTION_DAYS}
    if not kind.setting and not settings.ARCHIVE_FOLDER:
        return _("Kept for %(n)s days (FEED_RETENTION_DAYS).") % days
    if not kind.setting:
        said = _("Kept for %(n)s days (FEED_RETENTION_DAYS), and until their month is archived.")
        return said % days
    if not settings.ARCHIVE_FOLDER:
        return _("Kept for ever, since there is no folder to put it away to.")
    if not kind.months:
        return _("Kept for ever (%(setting)s is 0).") % {"setting": kind.setting}
    return _("Kept for %(n)s months beside the present one (%(setting)s).") % {
        "n": kind.months,
        "setting": kind.setting,
    }


def _archived(kind: Kind, one: ArchivedMonth) -> MonthRow:
    name = _in_words(one.month)
    return MonthRow(kind.label, name, one.rows, None, _("put away"), CALM, one.file)


def _in_words(month: date) -> str:
    """November 2026, in the reader's language."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def _row(kind: Kind, one: Partition, gone: dict[Any, ArchivedMonth], now: datetime) -> MonthRow:
    if one.month is None:
        state, tone, note = _rest(one)
        return MonthRow(kind.label, _("any other"), one.rows, one.size, state, tone, note)
    name = _in_words(one.month)
    if one.is_first:
        name = _("%(month)s and before") % {"month": name}
    state, tone, note = _state(kind, one, gone, now)
    return MonthRow(kind.label, name, one.rows, one.size, state, tone, note)


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
