"""Walking every chain from its first entry to its last, and holding it against what was signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain as joined
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.audit import checkpoint_file
from apps.audit.chain import GENESIS, digest_of, link, moment, to_entry
from apps.audit.checkpoint_file import Standing
from apps.audit.commands import Finding, Head
from apps.audit.guards import check_guards
from apps.audit.keys import public_keys
from apps.audit.services.away import Away, read_archive, read_until
from apps.audit.store import ENTRY

BATCH = 5_000
PROGRESS = 100_000
_WALK = f"""
SELECT s.chain, s.n, s.digest, s.hash, s.entry_id, {ENTRY}
  FROM audit_seal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id
 WHERE (s.chain, s.n) > (%s, %s) ORDER BY s.chain, s.n LIMIT %s
"""
_UNSEALED = """
SELECT e.id, e.at, e.store_number, coalesce(e.store_id, 0) FROM audit_auditentry e
  LEFT JOIN audit_seal s ON s.entry_id = e.id LEFT JOIN audit_unsealedentry u ON u.entry_id = e.id
 WHERE s.entry_id IS NULL AND (u.entry_id IS NULL OR u.noted_at < now() - interval '10 minutes')
 ORDER BY e.id
"""
_LOST = """
SELECT u.entry_id FROM audit_unsealedentry u LEFT JOIN audit_auditentry e ON e.id = u.entry_id
 WHERE e.id IS NULL ORDER BY u.entry_id
"""
_ROWS = "SELECT number, hash FROM audit_checkpoint ORDER BY number"


@dataclass(slots=True)
class Signed:
    """What the checkpoints say: per chain, the hash at a number and which checkpoint saw it last.

    `kept` is how much of each chain a restore left; None when there was none. What was signed
    before and lies beyond counts as lost by the restore.
    """

    heads: dict[int, dict[int, tuple[bytes, int]]] = field(default_factory=dict)
    lines: dict[int, bytes] = field(default_factory=dict)

    def note(self, number: int, heads: Mapping[int, Head], *, restored: bool) -> None:
        if restored:
            for chain, seen in self.heads.items():
                kept = heads[chain].n if chain in heads else 0
                self.heads[chain] = {n: said for n, said in seen.items() if n <= kept}
        for head in heads.values():
            self.heads.setdefault(head.chain, {})[head.n] = (head.hash, number)


def check_trail(
    cursor: Any, *, archive: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """Everything that is not as it was written, sealed and signed; nothing when all is well.

    `cursor` should see one snapshot (`common.snapshot`); `say` hears of each chain that was walked.
    Entries of months that were put away are read in the folder `archive`; without one their seals
    are walked, and what they were is not looked at.
    """
    yield from check_guards(cursor)
    signed = Signed()
    yield from _check_file(signed)
    yield from _check_rows(cursor, signed)
    away = Away(*read_until(cursor))
    if archive is not None:
        yield from read_archive(cursor, archive, away)
    yield from _walk(cursor, signed, away, say)
    if away.unread:
        say(
            f"{away.unread:,} entries were put away and not looked at; name their folder by --archive."
        )
    yield from _check_unsealed(cursor)


def _check_file(signed: Signed) -> Iterator[Finding]:
    """The file is read; what it says, as far as it may be believed, is noted in `signed`."""
    standing, publics = Standing(), public_keys()
    if not settings.AUDIT_CHECKPOINTS:
        return
    for line in checkpoint_file.read_lines(checkpoint_file.path_in(settings.AUDIT_CHECKPOINTS)):
        problems = list(checkpoint_file.problems_of(line, standing, publics))
        yield from (Finding("checkpoint", problem) for problem in problems)
        signed.lines[line.number] = line.hash
        if not problems:
            heads = {head.chain: head for head in line.heads}
            signed.note(line.number, heads, restored=bool(line.restored))
        standing = standing.after(line)


def _check_rows(cursor: Any, signed: Signed) -> Iterator[Finding]:
    """The rows that the page shows are those of the file."""
    cursor.execute(_ROWS)
    rows = {number: bytes(hash_) for number, hash_ in cursor.fetchall()}
    if rows and not settings.AUDIT_CHECKPOINTS:
        text = "Checkpoints were signed, and AUDIT_CHECKPOINTS does not say where their file is."
        yield Finding("checkpoint", text)
        return
    if missing := sorted(rows.keys() - signed.lines.keys()):
        text = f"{_numbers(missing)} in the database, and not in the file."
        yield Finding("checkpoint", text)
    for number, hash_ in rows.items():
        if number in signed.lines and signed.lines[number] != hash_:
            text = f"Checkpoint {number} is another one in the database than in the file."
            yield Finding("checkpoint", text)
    newest = max(rows, default=0)
    if missing := [n for n in sorted(signed.lines.keys() - rows.keys()) if n < newest]:
        text = f"{_numbers(missing)} in the file, and not in the database."
        yield Finding("checkpoint", text)


def _numbers(found: list[int]) -> str:
    if len(found) == 1:
        return f"Checkpoint {found[0]} stands"
    return f"{len(found):,} checkpoints, from {found[0]} to {found[-1]}, stand"


@dataclass(slots=True)
class _Chain:
    """A chain as far as it was walked. `hash` is None behind a gap: nothing to link to."""

    chain: int
    name: str = ""
    n: int = 0
    hash: bytes | None = GENESIS

    def at(self, n: int, entry_id: int) -> str:
        return f"{self.name or _name(self.chain, '')}, number {n}, entry {entry_id}"


def _walk(cursor: Any, signed: Signed, away: Away, say: Callable[[str], None]) -> Iterator[Finding]:
    now, left = _Chain(-1), dict(signed.heads)
    for count, row in enumerate(_rows(cursor), 1):
        if count % PROGRESS == 0:
            say(f"… {count:,} entries")
        if row[0] != now.chain:
            yield from _end(now, left.pop(now.chain, {}), say)
            now = _Chain(row[0])
        yield from _check_seal(now, row, left.get(now.chain, {}), away)
    yield from _end(now, left.pop(now.chain, {}), say)
    for chain, seen in left.items():
        yield from _end(_Chain(chain), seen, say)


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    after: tuple[int, int] = (-1, 0)
    while True:
        cursor.execute(_WALK, [*after, BATCH])
        rows = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1][:2]


def _check_seal(
    now: _Chain, row: tuple[Any, ...], seen: Mapping[int, tuple[bytes, int]], away: Away
) -> Iterator[Finding]:
    chain, n, digest, hash_, entry_id = *row[:2], bytes(row[2]), bytes(row[3]), row[4]
    entry = None if row[5] is None else to_entry(row[5:], chain=chain, n=n)
    if entry is not None:
        now.name = _name(chain, entry["store_number"])
    if n != now.n + 1:
        gone = f"number {now.n + 1}" if n == now.n + 2 else f"numbers {now.n + 1} to {n - 1}"
        text = f"{now.name or _name(chain, '')}: {gone} of the chain are gone, with their seals."
        yield Finding("gap", text, chain, n, entry_id)
        now.hash = None
    place = now.at(n, entry_id)
    if entry is None and entry_id < away.until_id:
        if problem := away.problem_of(chain, n, digest):
            yield Finding(problem[0], f"{place}: {problem[1]}", chain, n, entry_id)
    elif entry is None:
        text = f"{place}: the entry was deleted; its seal still stands."
        yield Finding("deleted", text, chain, n, entry_id)
    elif digest_of(entry) != digest:
        text = (
            f"{place}: the entry is not what was sealed, a field was changed ({entry['action']})."
        )
        yield Finding("changed", text, chain, n, entry_id)
    if now.hash is not None and link(now.hash, digest) != hash_:
        text = (
            f"{place}: the seal does not follow the one before it; the order or a seal was changed."
        )
        yield Finding("link", text, chain, n, entry_id)
    if n in seen and seen[n][0] != hash_:
        text = f"{place}: checkpoint {seen[n][1]} signed another chain; this one was built anew."
        yield Finding("rebuilt", text, chain, n, entry_id)
    now.n, now.hash = n, hash_


def _end(
    now: _Chain, seen: Mapping[int, tuple[bytes, int]], say: Callable[[str], None]
) -> Iterator[Finding]:
    """Of a chain that was walked to its end: is it as long as it was when it was signed?"""
    if now.chain < 0:
        return
    name, longest = now.name or _name(now.chain, ""), max(seen, default=0)
    if longest > now.n:
        text = (
            f"{name}: the chain ends at number {now.n}, and checkpoint {seen[longest][1]} signed it "
            f"up to number {longest}: its end was cut off."
        )
        yield Finding("cut", text, now.chain, now.n)
    say(f"{name}: {now.n:,} entries, signed up to number {longest:,}")


def _check_unsealed(cursor: Any) -> Iterator[Finding]:
    cursor.execute(_UNSEALED)
    unsealed = cursor.fetchall()
    cursor.execute(_LOST)
    lost = [row[0] for row in cursor.fetchall()]
    yield from joined(
        (
            Finding(
                "unsealed",
                f"{_name(chain, shop)}, entry {id_} of {moment(at)} has no seal: it was put in past "
                "the application, its seal was deleted, or nobody has sealed for ten minutes.",
                chain,
                entry_id=id_,
            )
            for id_, at, shop, chain in unsealed
        ),
        (
            Finding("deleted", f"Entry {id_} was deleted before it was sealed.", entry_id=id_)
            for id_ in lost
        ),
    )


def _name(chain: int, shop: str) -> str:
    if chain == 0:
        return "Entries of no shop"
    return f"Shop {shop}" if shop else f"Chain {chain}"
