"""Entries that were put away: the files of the archive, held against the seals that stayed."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from apps.audit.chain import canonical
from apps.audit.commands import Finding

_UNTIL = "SELECT coalesce(max(until_id), 0) FROM audit_archivedmonth WHERE kind = 'trail'"
_FILES = "SELECT file, sha256 FROM audit_archivedmonth WHERE kind = 'trail' ORDER BY month"


@dataclass(slots=True)
class Away:
    """What was put away: all entries below `until_id`. Once files were read, what each entry in them
    digests to, by chain and number (some 200 bytes an entry)."""

    until_id: int
    digests: dict[tuple[int, int], bytes] | None = None
    unread: int = field(default=0)

    def problem_of(self, chain: int, n: int, digest: bytes) -> tuple[str, str] | None:
        """(kind, sentence) when the entry of a seal is not in the archive as it was sealed."""
        if self.digests is None:
            self.unread += 1
            return None
        found = self.digests.get((chain, n))
        if found is None:
            return "deleted", "the entry was put away, and stands in no file of the archive."
        if found != digest:
            return "changed", "the entry in the archive is not what was sealed."
        return None


def read_until(cursor: Any) -> tuple[int]:
    cursor.execute(_UNTIL)
    return (cursor.fetchone()[0],)


def read_archive(cursor: Any, folder: Path, away: Away) -> Iterator[Finding]:
    """Reads every file that the database knows of into `away`; tells of those that are not as written."""
    away.digests = {}
    cursor.execute(_FILES)
    for name, sha256 in cursor.fetchall():
        path = folder / name
        if not path.exists():
            yield Finding("archive", f"{path} is missing.")
            continue
        with path.open("rb") as raw:
            if hashlib.file_digest(raw, "sha256").hexdigest() != sha256:
                yield Finding(
                    "archive", f"{path} is not the file that was written: another SHA-256."
                )
        try:
            away.digests.update(_read(path))
        except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
            yield Finding("archive", f"{path} cannot be read: {error}")


def _read(path: Path) -> Iterator[tuple[tuple[int, int], bytes]]:
    with gzip.open(path, "rb") as lines:
        for raw in lines:
            line = json.loads(raw, parse_float=Decimal)
            if "entry" in line:
                digest = hashlib.sha256(canonical(line["entry"])).digest()
                yield (line["chain"], line["n"]), digest
