"""Old months go into files, whole, and leave the database.

A file is written and seen on the disk first. The month is dropped only if what stands in it is, row by
row, what was written; else it is tried anew at the next run. Oldest first: what cannot go yet holds
back what is younger.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.audit.models import ArchivedMonth
from apps.audit.services import archiving as trail
from apps.common.caller import Actor
from apps.retention import store
from apps.retention.commands import Bounds, Partition, after
from apps.retention.kinds import BY_NAME, DELIVERIES, EVENTS, KINDS, TRAIL, Kind


@dataclass(slots=True)
class Written:
    """A file of the archive, and what of it PostgreSQL has to agree with."""

    name: str
    rows: int = 0
    prints: int = 0
    size: int = 0
    sha256: str = ""


def archive_due(*, actor: Actor, now: datetime) -> list[ArchivedMonth]:
    """Put away every month that has been kept for long enough, as far as it can go.

    One at a time: whoever finds the lock taken leaves. Without ARCHIVE_FOLDER nothing is put away.
    """
    if not settings.ARCHIVE_FOLDER or not store.lock_archiving():
        return []
    try:
        partitions = store.read_partitions()
        return [
            made
            for kind in KINDS
            for made in _archive_kind(
                kind, [p for p in partitions if p.table == kind.table], actor, now
            )
        ]
    finally:
        store.unlock_archiving()


def drop_forgotten(*, now: datetime) -> list[str]:
    """Drop months of events that the feed has forgotten to the last one; their names."""
    dropped = []
    for one in store.read_partitions():
        kind = BY_NAME[EVENTS]
        if one.table != kind.table or not one.month or after(one.month, 2) > _today(now):
            continue
        if not store.is_empty(kind, store.bounds_of(one, after(one.month))):
            break
        with transaction.atomic():
            store.drop_month(one, 0, 0)
        dropped.append(one.name)
    return dropped


def why_kept(kind: Kind, partition: Partition) -> str:
    """What holds a month back although its time is over; empty when nothing does."""
    assert partition.month is not None
    bounds = store.bounds_of(partition, after(partition.month))
    if kind.name == TRAIL:
        return trail.why_kept(int(bounds.high))
    if kind.name == EVENTS and store.unplaced_events(bounds):
        return _("an event has no place in the feed")
    if kind.name == DELIVERIES and (waiting := store.open_deliveries(bounds)):
        return _("%(n)s deliveries wait or failed") % {"n": waiting}
    return ""


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _archive_kind(
    kind: Kind, partitions: list[Partition], actor: Actor, now: datetime
) -> Iterator[ArchivedMonth]:
    done = set(ArchivedMonth.objects.filter(kind=kind.name).values_list("month", flat=True))
    for partition in partitions:
        if partition.month is None or not kind.is_due(partition.month, _today(now)):
            return
        if partition.month in done:
            continue
        if why_kept(kind, partition):
            return
        yield _archive(kind, partition, actor, now)


def _archive(kind: Kind, partition: Partition, actor: Actor, now: datetime) -> ArchivedMonth:
    assert partition.month is not None
    bounds = store.bounds_of(partition, after(partition.month))
    written = _write(kind, partition, bounds)
    with transaction.atomic():
        if kind.name != EVENTS:  # those go by days, so that the feed keeps what it promises
            store.drop_month(partition, written.rows, written.prints)
        made = ArchivedMonth.objects.create(
            kind=kind.name,
            month=partition.month,
            at=now,
            rows=written.rows,
            file=written.name,
            bytes=written.size,
            sha256=written.sha256,
            until_id=int(bounds.high) if kind.name == TRAIL else None,
        )
        data = {"rows": made.rows, "file": made.file, "sha256": made.sha256}
        fact = Fact("month.archived", "archive", f"{kind.name}:{made.month:%Y-%m}",
                    subject_label=f"{kind.name} {made.month:%Y-%m}", data=data)  # fmt: skip
        audit.record([fact], actor=actor, now=now)
    return made


def _write(kind: Kind, partition: Partition, bounds: Bounds) -> Written:
    """The whole month as compressed lines of JSON, safely on the disk under its name."""
    written = Written(f"{partition.name}.jsonl.gz")
    folder = Path(settings.ARCHIVE_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{written.name}.part"
    with unfinished.open("wb") as raw:
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            for line, prints in _lines(kind, bounds):
                packed.write(line)
                written.rows += len(prints)
                written.prints += sum(prints)
        raw.flush()
        os.fsync(raw.fileno())
    with unfinished.open("rb") as raw:
        written.sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    written.size = unfinished.stat().st_size
    unfinished.replace(folder / written.name)
    _sync(folder)
    return written


def _lines(kind: Kind, bounds: Bounds) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    if kind.name == TRAIL:
        yield from ((line.text, line.prints) for line in trail.archive_lines(int(bounds.high)))
        return
    for row in store.read_rows(kind, bounds):
        yield row.text.encode() + b"\n", (row.print,)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
