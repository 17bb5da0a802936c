"""A selection of the trail as a file to take along: asked for on a page, put together by a worker."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.audit import selectors
from apps.audit.chain import canonical, moment
from apps.audit.commands import Fact
from apps.audit.models import AuditEntry, TrailExport, TrailExportPart
from apps.audit.services.exporting import Link, links_of, stretches_of
from apps.audit.services.proof import proof_files
from apps.audit.services.recording import record
from apps.audit.services.sealing import seal_entries
from apps.common.caller import Actor
from apps.common.csv_files import csv_text
from apps.common.errors import Conflict
from apps.common.snapshot import read_only_cursor
from apps.common.wakeup import wake_on_commit

LEASE = timedelta(minutes=5)
KEPT = timedelta(days=7)
TRIES = 3
OPEN_AT_ONCE = 5
PART = 1 << 20
FOUND = 20_000
SAID_EVERY = 10_000

_FACTS = (
    *("id", "at", "occurred_at", "actor_kind", "actor_label", "actor_id", "credential_id"),
    *("store_number", "terminal_number", "action", "subject_type", "subject_id", "subject_label"),
    *("outcome", "reason", "data", "request_id"),
)
COLUMNS = ("chain", "number", *_FACTS, "hash")
_WHAT = "Entries of the trail, selected by: {wanted}. Asked for by {who} at {at}."


class TooManyExports(Conflict):
    """As many as one person may have waiting are being put together."""


def ask_export(wanted: Mapping[str, Any], *, actor: Actor, now: datetime) -> TrailExport:
    """Have the entries of a selection put together; a worker begins at once. It stands in the trail.

    `wanted`: filters by name (`selectors.CONDITIONS`), `term` for what was searched, and `subjects`
    that the term stands for. TooManyExports while as many of this person's are not finished.
    """
    with transaction.atomic():
        waiting = TrailExport.objects.filter(asked_by_id=actor.id, due_at__isnull=False)
        if waiting.count() >= OPEN_AT_ONCE:
            raise TooManyExports("Wait until the exports that you asked for are finished.")
        made = TrailExport.objects.create(
            wanted=dict(wanted),
            asked_at=now,
            asked_by=actor.label,
            asked_by_id=actor.id,
            due_at=now,
        )
        shown = {name: value for name, value in wanted.items() if name != "subjects" and value}
        fact = Fact("trail.exported", "trail_export", str(made.pk), data=shown)
        record([fact], actor=actor, now=now)
        wake_on_commit("audit.export")
    return made


def put_together_due(
    *,
    clock: Callable[[], datetime],
    snapshot: Callable[[], AbstractContextManager[Any]] = read_only_cursor,
) -> int:
    """Every export that waits, one after the other; how many were tried."""
    tried = 0
    while (export := _claim(clock())) is not None:
        tried += 1
        try:
            _put_together(export, clock, snapshot)
        except Exception as error:
            _fail(export, error, clock())
            raise
    return tried


def forget_old(*, now: datetime) -> int:
    """Files are kept for a week; that they were taken stands in the trail for good."""
    old = TrailExport.objects.filter(asked_at__lt=now - KEPT)
    return old.delete()[0]


def _claim(now: datetime) -> TrailExport | None:
    """The one that waits longest, held for `LEASE`; one that failed too often is given up."""
    with transaction.atomic():
        due = TrailExport.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
        export = due.order_by("due_at").first()
        if export is None:
            return None
        export.attempts += 1
        export.due_at = now + LEASE
        export.written, export.entries, export.size = 0, 0, 0
        export.save()
        TrailExportPart.objects.filter(export=export).delete()
    return export


def _fail(export: TrailExport, error: Exception, now: datetime) -> None:
    gone = export.attempts >= TRIES
    TrailExport.objects.filter(pk=export.pk).update(
        problem=type(error).__name__[:200],
        due_at=None if gone else now + LEASE,
        finished_at=now if gone else None,
    )


def _put_together(
    export: TrailExport,
    clock: Callable[[], datetime],
    snapshot: Callable[[], AbstractContextManager[Any]],
) -> None:
    seal_entries()
    ids = array("q", _chosen(export.wanted))
    with snapshot() as cursor:
        stretches = stretches_of(cursor, ids)
        export.links = sum(stretch.links for stretch in stretches)
        links = (link for stretch in stretches for link in links_of(cursor, stretch, ids))
        _write(export, links, clock)
    TrailExport.objects.filter(pk=export.pk, attempts=export.attempts).update(
        links=export.links, written=export.written, entries=export.entries, size=export.size,
        due_at=None, finished_at=clock(), problem="",
    )  # fmt: skip


def _chosen(wanted: Mapping[str, Any]) -> Iterator[int]:
    """The ids of the selection, ascending, in batches."""
    term = wanted.get("term", "")
    ways = selectors.branches(term, wanted.get("subjects", ())) if term else None
    rows = selectors.narrow(AuditEntry.objects.all(), wanted)
    after = 0
    while True:
        found = selectors.keys_of(rows.filter(pk__gt=after), ways, FOUND, oldest_first=True)
        yield from found
        if len(found) < FOUND:
            return
        after = found[-1]


def _write(export: TrailExport, links: Iterator[Link], clock: Callable[[], datetime]) -> None:
    """A ZIP of trail.jsonl and trail.csv, with what it is checked with.

    The CSV is kept beside until the JSON lines are through: a ZIP takes one file at a time.
    """
    out = _Parts(export)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, _beside() as table:
        what = _WHAT.format(
            wanted=_said(export.wanted), who=export.asked_by, at=moment(export.asked_at)
        )
        for name, content in proof_files(title="Export of the trail", what=what).items():
            packed.writestr(name, content)
        with packed.open("trail.jsonl", "w", force_zip64=True) as file:
            for link in links:
                file.write(link.to_line())
                export.written += 1
                if link.entry is not None:
                    export.entries += 1
                    table.write(csv_text([_cells(link)]).encode())
                if export.written % SAID_EVERY == 0:
                    _say(export, clock())
        with packed.open("trail.csv", "w", force_zip64=True) as file:
            file.write(csv_text([COLUMNS]).encode("utf-8-sig"))
            table.seek(0)
            shutil.copyfileobj(table, file)
    out.close()


def _beside() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=8 * PART)


def _cells(link: Link) -> list[str]:
    entry = link.entry or {}
    facts = [_cell(entry[name]) for name in _FACTS]
    return [str(link.chain), str(link.n), *facts, link.hash.hex()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return moment(value)
    return canonical(value).decode() if isinstance(value, dict | list) else str(value)


def _said(wanted: Mapping[str, Any]) -> str:
    shown = [f"{name} = {value}" for name, value in wanted.items() if value and name != "subjects"]
    return ", ".join(shown) or "nothing, so all of them"


def _say(export: TrailExport, now: datetime) -> None:
    """How far it is; and the lease goes on."""
    TrailExport.objects.filter(pk=export.pk, attempts=export.attempts).update(
        links=export.links, written=export.written, entries=export.entries, due_at=now + LEASE
    )


class _Parts:
    """A file to write to that puts each megabyte into a row; it cannot be read or rewound."""

    def __init__(self, export: TrailExport) -> None:
        self.export, self.buffer, self.n = export, bytearray(), 0

    def write(self, data: bytes) -> int:
        self.buffer += data
        while len(self.buffer) >= PART:
            self._put(PART)
        return len(data)

    def flush(self) -> None:
        """Nothing: what is not a megabyte yet waits for more."""

    def close(self) -> None:
        if self.buffer:
            self._put(len(self.buffer))

    def _put(self, size: int) -> None:
        content = bytes(self.buffer[:size])
        del self.buffer[:size]
        TrailExportPart.objects.create(export=self.export, n=self.n, content=content)
        self.n += 1
        self.export.size += size


def parts_of(export: TrailExport) -> Iterator[bytes]:
    """The file, part by part."""
    keys: Sequence[int] = list(
        TrailExportPart.objects.filter(export=export).order_by("n").values_list("pk", flat=True)
    )
    for key in keys:
        yield bytes(TrailExportPart.objects.values_list("content", flat=True).get(pk=key))
