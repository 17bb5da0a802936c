"""Double entries into the files of an accounting program, one file for each day and shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apps.integrations.commands import CallMade
from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.calling import NOTHING, all_alike, answered, not_called
from apps.integrations.gateways.folders import (
    alone_in,
    open_folder,
    read_text,
    try_folder,
    why,
    write_whole,
)
from apps.integrations.policy.accounting import Entry, NotBookable, entry_of
from apps.integrations.policy.answers import OK, PERMANENT, RETRY, Outcome
from apps.integrations.policy.books import (
    JournalSettings,
    events_in,
    file_of,
    names_in,
    read_journal,
    read_names,
    render_accounts,
    render_entry,
    render_main,
)
from apps.integrations.policy.folders import NotBelow

Read = list[Entry | NotBookable | None]


class Journal:
    """An entry carries the id of its event; one whose id stands there already is not written again."""

    def carries_many(self, config: Mapping[str, Any]) -> bool:
        return True

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        journal, wrong = read_journal(target.config)
        if wrong:
            return not_called(batch, now, "settings", " ".join(wrong))
        read = _read(batch)
        entries = [one for one in read if isinstance(one, Entry)]
        prepared = self.preview(batch, target, now=now)
        try:
            written = _write(entries, journal)
        except (OSError, NotBelow) as error:
            call = answered(prepared, "", problem="not written")
            return all_alike(batch, call, Outcome(RETRY, "not written", why(error)))
        call = answered(prepared, f"{written} written, {len(entries) - written} there already.")
        return Result(call, [_outcome(one) for one in read])

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        journal, _wrong = read_journal(target.config)
        texts = [
            f"; {file_of(one, journal)}\n{render_entry(one, journal)}"
            for one in _read(batch)
            if isinstance(one, Entry)
        ]
        return CallMade(now, 0, None, "", {}, "\n".join(texts), "")

    def test(self, target: Target, *, now: datetime) -> Result:
        """Whether the folder can be written to; nothing is left behind."""
        journal, wrong = read_journal(target.config)
        if wrong:
            return not_called([NOTHING], now, "settings", " ".join(wrong))
        prepared = CallMade(now, 0, None, "", {}, "", "")
        try:
            folder = try_folder(journal.folder)
        except (OSError, NotBelow) as error:
            call = answered(prepared, "", problem="not written")
            return Result(call, [Outcome(RETRY, "not written", why(error))])
        return Result(answered(prepared, f"{folder} can be written to."), [Outcome(OK)])

    def check(self, config: Mapping[str, Any]) -> list[str]:
        return read_journal(config)[1]


def _read(batch: Sequence[Message]) -> Read:
    read: Read = []
    for message in batch:
        try:
            read.append(entry_of(message.body))
        except NotBookable as error:
            read.append(error)
    return read


def _outcome(one: Entry | NotBookable | None) -> Outcome:
    if isinstance(one, NotBookable):
        return Outcome(PERMANENT, "not bookable", str(one))
    return Outcome(OK)


def _write(entries: Sequence[Entry], journal: JournalSettings) -> int:
    """Add what is not there yet; how many entries that were. OSError leaves each file as it was."""
    if not entries:
        return 0
    folder = open_folder(journal.folder)
    by_file: dict[str, list[Entry]] = {}
    for entry in entries:
        by_file.setdefault(file_of(entry, journal), []).append(entry)
    with alone_in(folder):
        _open_accounts(folder, entries, journal)
        return sum(_append(folder / name, of_file, journal) for name, of_file in by_file.items())


def _open_accounts(folder: Path, entries: Sequence[Entry], journal: JournalSettings) -> None:
    """Before the entries that need them, so that the journal is whole at every moment."""
    path = folder / f"accounts.{journal.format}"
    known = read_names(read_text(path))
    needed = {name for entry in entries for name in names_in(entry, journal)}
    if not needed <= known:
        write_whole(path, render_accounts(known | needed, journal.format).encode())
    main = folder / f"main.{journal.format}"
    if not main.exists():
        write_whole(main, render_main(journal.format).encode())


def _append(path: Path, entries: Sequence[Entry], journal: JournalSettings) -> int:
    before = read_text(path)
    there = events_in(before) | _neighbours(path, entries, journal)
    fresh = {entry.event_id: entry for entry in entries if entry.event_id not in there}
    if fresh:
        texts = [render_entry(entry, journal) for entry in fresh.values()]
        write_whole(path, "\n".join([*filter(None, [before]), *texts]).encode())
    return len(fresh)


def _neighbours(path: Path, entries: Sequence[Entry], journal: JournalSettings) -> set[str]:
    """Events in the files of the day before and after: the time zone may have been changed since."""
    first, found = entries[0], set[str]()
    for moved in (timedelta(days=-1), timedelta(days=1)):
        beside = file_of(replace(first, at=first.at + moved), journal)
        found |= events_in(read_text(path.parent.parent / beside))
    return found
