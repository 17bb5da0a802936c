"""An export of the trail that can be checked anywhere, with nothing but Python (`verifier/`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.audit import checkpoint_file
from apps.audit.chain import GENESIS, canonical, to_entry
from apps.audit.store import ENTRY

BATCH = 2_000

_WANTED = """
      (%(stores)s::text[] IS NULL OR e.store_number = ANY(%(stores)s::text[]))
  AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
  AND (%(subjects)s::text[] IS NULL OR e.subject_type || ':' || e.subject_id = ANY(%(subjects)s::text[]))
"""
_RANGES = f"""
SELECT s.chain, min(s.n), max(s.n) FROM audit_auditentry e JOIN audit_seal s ON s.entry_id = e.id
 WHERE {_WANTED} GROUP BY s.chain ORDER BY s.chain
"""
_BEFORE = "SELECT hash FROM audit_seal WHERE chain = %s AND n = %s"
_LINKS = f"""
SELECT s.n, s.digest, s.hash, coalesce({_WANTED}, false), {ENTRY}
  FROM audit_seal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id
 WHERE s.chain = %(chain)s AND s.n > %(after)s AND s.n <= %(last)s ORDER BY s.n LIMIT %(limit)s
"""


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


def export_lines(cursor: Any, wanted: Wanted) -> Iterator[bytes]:
    """The lines of an export, each with its line feed, chain by chain.

    From the first entry that is wanted to the first checkpoint behind the last one; what lies
    between and is not wanted is a bare link (number, digest, hash), which says nothing of what it
    is about. `cursor` should see one snapshot.
    """
    cursor.execute(_RANGES, wanted.params)
    ranges = cursor.fetchall()
    signed = _signed_numbers() if ranges else {}
    for chain, first, last in ranges:
        covered = min((n for n in signed.get(chain, ()) if n >= last), default=last)
        yield from _chain_lines(cursor, wanted, chain, first, covered)


def _chain_lines(cursor: Any, wanted: Wanted, chain: int, first: int, last: int) -> Iterator[bytes]:
    cursor.execute(_BEFORE, [chain, first - 1])
    row = cursor.fetchone()
    before, after = (bytes(row[0]) if row else GENESIS), first - 1
    while after < last:
        params = {**wanted.params, "chain": chain, "after": after, "last": last, "limit": BATCH}
        cursor.execute(_LINKS, params)
        rows = cursor.fetchall()
        if not rows:
            return
        for n, digest, hash_, full, *entry in rows:
            place = {"chain": chain, "n": n, "before": before.hex(), "hash": bytes(hash_).hex()}
            what = (
                {"entry": to_entry(entry, chain=chain, n=n)}
                if full
                else {"digest": bytes(digest).hex()}
            )
            yield canonical({**place, **what}) + b"\n"
            before, after = bytes(hash_), n


def _signed_numbers() -> dict[int, list[int]]:
    """Up to where each chain was signed, by every checkpoint of the file."""
    found: dict[int, list[int]] = {}
    if settings.AUDIT_CHECKPOINTS:
        path = checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS)
        for line in checkpoint_file.read_lines(path):
            for head in line.heads:
                found.setdefault(head.chain, []).append(head.n)
    return found
