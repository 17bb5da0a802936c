"""Which events went into which file, so that none goes into two.

A file is written down here, with its events, before it is sent. When the answer is lost, its events
come back, perhaps not all of them and not alone; each still belongs to the file that it was put into,
and that same file is sent again, under the same name. One SQLite file for each place that files go
to, below `DATA_DIR/spool`; what was sent is emptied at once and forgotten after a month.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

KEPT = timedelta(days=30)
PATIENCE_S = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS file (
    name TEXT PRIMARY KEY, content BLOB NOT NULL, sent_at TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, file TEXT NOT NULL REFERENCES file ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_file ON event (file);
"""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file; its content only as long as it is not known to have arrived."""

    name: str
    content: bytes
    sent: bool


Make = Callable[[Sequence[str]], tuple[str, bytes]]


class Spool:
    def __init__(self, name: str) -> None:
        folder = Path(settings.DATA_DIR) / "spool"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{name}.sqlite"

    def plan(self, event_ids: Sequence[str], make: Make, *, now: datetime) -> dict[str, Spooled]:
        """The file of each event. Those that have none yet get one, by `make(their ids)`.

        Written down when it returns; whoever plans the same events at that moment gets the same.
        """
        with self._changing() as db:
            db.execute("DELETE FROM file WHERE sent_at < ?", [(now - KEPT).isoformat()])
            found = self._find(db, event_ids)
            if fresh := [one for one in event_ids if one not in found]:
                name, content = make(fresh)
                db.execute("INSERT OR IGNORE INTO file VALUES (?, ?, NULL)", [name, content])
                db.executemany("INSERT INTO event VALUES (?, ?)", [(one, name) for one in fresh])
                found |= dict.fromkeys(fresh, Spooled(name, content, sent=False))
            return found

    def look_up(self, event_ids: Sequence[str]) -> dict[str, Spooled]:
        """The files of those events that have one."""
        with self._changing() as db:
            return self._find(db, event_ids)

    def mark_sent(self, name: str, *, now: datetime) -> None:
        with self._changing() as db:
            db.execute(
                "UPDATE file SET sent_at = ?, content = x'' WHERE name = ?", [now.isoformat(), name]
            )

    @staticmethod
    def _find(db: sqlite3.Connection, event_ids: Sequence[str]) -> dict[str, Spooled]:
        found = {}
        for one in event_ids:  # at most 500, each by its key
            row = db.execute(
                "SELECT f.name, f.content, f.sent_at IS NOT NULL"
                " FROM event e JOIN file f ON f.name = e.file WHERE e.id = ?",
                [one],
            ).fetchone()
            if row:
                found[one] = Spooled(row[0], row[1], bool(row[2]))
        return found

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time, among processes too; on disk at the end. OSError for what SQLite says."""
        try:
            with closing(
                sqlite3.connect(self._path, timeout=PATIENCE_S, isolation_level=None)
            ) as db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = FULL")
                db.executescript(_TABLES)
                db.execute("BEGIN IMMEDIATE")
                with db:
                    yield db
        except sqlite3.Error as error:
            raise OSError(f"spool: {error}") from error
