"""An export of the trail that can be checked anywhere, with nothing but Python (`verifier/`)."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.audit import checkpoint_file
from apps.audit.chain import GENESIS, canonical, to_entry
from apps.audit.store import ENTRY

BATCH = 2_000
IDS = 50_000

_WANTED = """
SELECT e.id FROM audit_auditentry e
 WHERE (%(stores)s::text[] IS NULL OR e.store_number = ANY(%(stores)s::text[]))
   AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
   AND (%(subjects)s::text[] IS NULL
        OR (e.subject_type, e.subject_id) IN (SELECT split_part(s, ':', 1), substr(s, strpos(s, ':') + 1)
                                                FROM unnest(%(subjects)s::text[]) AS s))
   AND e.id > %(after)s ORDER BY e.id LIMIT %(limit)s
"""
_RANGES = "SELECT chain, min(n), max(n) FROM audit_seal WHERE entry_id = ANY(%s) GROUP BY chain"
_BEFORE = "SELECT hash FROM audit_seal WHERE chain = %s AND n = %s"
_LINKS = """
SELECT n, digest, hash, entry_id FROM audit_seal
 WHERE chain = %s AND n > %s AND n <= %s ORDER BY n LIMIT %s
"""
_ENTRIES = f"SELECT {ENTRY} FROM audit_auditentry e WHERE e.id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are exported in full: of these shops, of that time, about these subjects.

    None is all of them. A subject is `return:<id>`.
    """

    stores: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    subjects: Sequence[str] | None = None

    @property
    def params(self) -> dict[str, Any]:
        lists = {
            "stores": None if self.stores is None else list(self.stores),
            "subjects": None if self.subjects is None else list(self.subjects),
        }
        return {**lists, "since": self.since, "until": self.until}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of a chain: from the first entry that is wanted to the first checkpoint behind the last."""

    chain: int
    first: int
    last: int

    @property
    def links(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain; `entry` is None where the entry was not asked for."""

    chain: int
    n: int
    before: bytes
    hash: bytes
    digest: bytes
    entry: dict[str, Any] | None

    def to_line(self) -> bytes:
        """As the verifier reads it, with its line feed."""
        place = {
            "chain": self.chain,
            "n": self.n,
            "before": self.before.hex(),
            "hash": self.hash.hex(),
        }
        what = {"digest": self.digest.hex()} if self.entry is None else {"entry": self.entry}
        return canonical({**place, **what}) + b"\n"


def export_lines(cursor: Any, wanted: Wanted) -> Iterator[bytes]:
    """The lines of an export, chain by chain. `cursor` should see one snapshot."""
    ids = array("q", _ids(cursor, wanted))
    for stretch in stretches_of(cursor, ids):
        for link in links_of(cursor, stretch, ids):
            yield link.to_line()


def _ids(cursor: Any, wanted: Wanted) -> Iterator[int]:
    after = 0
    while True:
        cursor.execute(_WANTED, {**wanted.params, "after": after, "limit": IDS})
        found = [row[0] for row in cursor.fetchall()]
        yield from found
        if len(found) < IDS:
            return
        after = found[-1]


def stretches_of(cursor: Any, ids: Sequence[int]) -> list[Stretch]:
    """What of which chains has to be shown to prove these entries (ids ascending, sealed ones)."""
    ends: dict[int, tuple[int, int]] = {}
    for start in range(0, len(ids), IDS):
        cursor.execute(_RANGES, [list(ids[start : start + IDS])])
        for chain, first, last in cursor.fetchall():
            known = ends.get(chain, (first, last))
            ends[chain] = (min(known[0], first), max(known[1], last))
    signed = signed_numbers() if ends else {}
    return [
        Stretch(chain, first, min((n for n in signed.get(chain, ()) if n >= last), default=last))
        for chain, (first, last) in sorted(ends.items())
    ]


def links_of(cursor: Any, stretch: Stretch, ids: Sequence[int]) -> Iterator[Link]:
    """Each link of it. What lies between and is not among `ids` (ascending) comes without its entry:
    number, digest and hash, which say nothing of what it is about."""
    cursor.execute(_BEFORE, [stretch.chain, stretch.first - 1])
    row = cursor.fetchone()
    before, after = (bytes(row[0]) if row else GENESIS), stretch.first - 1
    while after < stretch.last:
        cursor.execute(_LINKS, [stretch.chain, after, stretch.last, BATCH])
        rows = cursor.fetchall()
        if not rows:
            return
        entries = _entries(cursor, [row[3] for row in rows if _has(ids, row[3])])
        for n, digest, hash_, key in rows:
            entry = entries.get(key)
            full = None if entry is None else to_entry(entry, chain=stretch.chain, n=n)
            yield Link(stretch.chain, n, before, bytes(hash_), bytes(digest), full)
            before, after = bytes(hash_), n


def _has(ids: Sequence[int], key: int) -> bool:
    place = bisect_left(ids, key)
    return place < len(ids) and ids[place] == key


def _entries(cursor: Any, keys: Iterable[int]) -> Mapping[int, Sequence[Any]]:
    cursor.execute(_ENTRIES, [list(keys)])
    return {row[0]: row for row in cursor.fetchall()}


def signed_numbers() -> dict[int, list[int]]:
    """Up to where each chain was signed, by every checkpoint of the file."""
    found: dict[int, list[int]] = {}
    if settings.AUDIT_CHECKPOINTS:
        path = checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS)
        for line in checkpoint_file.read_lines(path):
            for head in line.heads:
                found.setdefault(head.chain, []).append(head.n)
    return found
