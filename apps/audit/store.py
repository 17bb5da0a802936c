"""The SQL of the trail: the one statement that writes entries, and those that seal them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from apps.audit.chain import FIELDS
from apps.audit.commands import Head
from apps.common.sql import execute, fetch_all, fetch_one

# Two 32-bit keys of our own for each advisory lock: of the one sealer, and of the one who signs.
_SEALER_LOCK = (7_320, 1)
_CHECKPOINT_LOCK = (7_320, 2)

_COLUMNS = FIELDS[1:]
_ROW = "(" + ", ".join(["%s"] * len(_COLUMNS)) + ")"
# What waits for its seal is noted by the same statement: one round trip, and no horizon to guess.
_INSERT = f"""
WITH told AS (INSERT INTO audit_auditentry ({", ".join(_COLUMNS)}) VALUES {{}} RETURNING id)
INSERT INTO audit_unsealedentry (entry_id) SELECT id FROM told
"""

ENTRY = ", ".join(f"e.{name}::text" if name == "data" else f"e.{name}" for name in FIELDS)

# An entry that is gone leaves what it noted behind, for `verify` to find.
_TAKE = f"""
SELECT {ENTRY} FROM audit_unsealedentry u JOIN audit_auditentry e ON e.id = u.entry_id
 ORDER BY u.entry_id LIMIT %s
"""
_ENDS = """
SELECT c.chain, s.n, s.hash FROM unnest(%s::bigint[]) AS c(chain)
 CROSS JOIN LATERAL (SELECT n, hash FROM audit_seal WHERE chain = c.chain ORDER BY n DESC LIMIT 1) s
"""
_WRITE = """
WITH gone AS (DELETE FROM audit_unsealedentry WHERE entry_id = ANY(%(ids)s::bigint[]))
INSERT INTO audit_seal (entry_id, chain, n, digest, hash)
SELECT * FROM unnest(%(ids)s::bigint[], %(chains)s::bigint[], %(ns)s::bigint[],
                     %(digests)s::bytea[], %(hashes)s::bytea[])
"""
# From chain to chain along the index: a few hundred look-ups whatever the number of seals.
HEADS = """
WITH RECURSIVE ends AS (
    (SELECT chain, n, hash FROM audit_seal ORDER BY chain DESC, n DESC LIMIT 1)
    UNION ALL
    SELECT s.* FROM ends CROSS JOIN LATERAL (
        SELECT chain, n, hash FROM audit_seal WHERE chain < ends.chain
         ORDER BY chain DESC, n DESC LIMIT 1) s)
SELECT chain, n, hash FROM ends ORDER BY chain
"""
_KEPT = """
SELECT s.chain, s.n, s.hash FROM unnest(%s::bigint[], %s::bigint[]) AS h(chain, n)
  JOIN audit_seal s USING (chain, n)
"""


def insert_entries(rows: Sequence[Sequence[Any]]) -> None:
    """Rows in the order of `FIELDS` without the id, in one INSERT."""
    values = ", ".join([_ROW] * len(rows))
    execute(_INSERT.format(values), [value for row in rows for value in row])


def lock_sealer() -> bool:
    """False when another one is sealing (it will seal what we would have)."""
    return _try_lock(_SEALER_LOCK)


def lock_checkpoints() -> bool:
    """False when another one is signing."""
    return _try_lock(_CHECKPOINT_LOCK)


def _try_lock(keys: tuple[int, int]) -> bool:
    row = fetch_one("SELECT pg_try_advisory_xact_lock(%s::int, %s::int)", keys)
    return bool(row and row[0])


def take_unsealed(limit: int) -> list[tuple[Any, ...]]:
    """The oldest entries that wait, in the order of `FIELDS`."""
    return fetch_all(_TAKE, [limit])


def read_ends(chains: Iterable[int]) -> dict[int, Head]:
    """Where these chains end; one that has no seal yet is missing."""
    return {row[0]: to_head(row) for row in fetch_all(_ENDS, [sorted(chains)])}


def write_seals(rows: Sequence[tuple[int, int, int, bytes, bytes]]) -> None:
    """Rows of (entry id, chain, n, digest, hash). Their entries wait no longer."""
    names = ("ids", "chains", "ns", "digests", "hashes")
    execute(_WRITE, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def read_heads() -> list[Head]:
    """Where every chain ends."""
    return [to_head(row) for row in fetch_all(HEADS)]


def still_there(heads: Sequence[Head]) -> set[Head]:
    """Those of the heads that are seals of their chains."""
    params = [[head.chain for head in heads], [head.n for head in heads]]
    return {to_head(row) for row in fetch_all(_KEPT, params)} & set(heads)


def to_head(row: Sequence[Any]) -> Head:
    return Head(row[0], row[1], bytes(row[2]))


# --- Putting away: what stands below an id, chain by chain.
_RANGES_BELOW = """
SELECT s.chain, min(s.n), max(s.n) FROM audit_auditentry e JOIN audit_seal s ON s.entry_id = e.id
 WHERE e.id < %s GROUP BY s.chain ORDER BY s.chain
"""
_UNSEALED_BELOW = """
SELECT EXISTS (SELECT FROM audit_unsealedentry WHERE entry_id < %(id)s)
    OR EXISTS (SELECT FROM audit_auditentry e LEFT JOIN audit_seal s ON s.entry_id = e.id
                WHERE e.id < %(id)s AND s.entry_id IS NULL)
"""
_LINKS_BELOW = f"""
SELECT s.n, s.digest, s.hash, CASE WHEN e.id IS NOT NULL THEN hashtextextended(e::text, 0) END, {ENTRY}
  FROM audit_seal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id AND e.id < %(until)s
 WHERE s.chain = %(chain)s AND s.n > %(after)s AND s.n <= %(last)s ORDER BY s.n LIMIT %(limit)s
"""


def ranges_below(until_id: int) -> list[tuple[int, int, int]]:
    """(chain, first number, last number) of the entries below an id."""
    return [(row[0], row[1], row[2]) for row in fetch_all(_RANGES_BELOW, [until_id])]


def unsealed_below(until_id: int) -> bool:
    row = fetch_one(_UNSEALED_BELOW, {"id": until_id})
    return bool(row and row[0])


def hash_at(chain: int, n: int) -> bytes | None:
    row = fetch_one("SELECT hash FROM audit_seal WHERE chain = %s AND n = %s", [chain, n])
    return bytes(row[0]) if row else None


def read_links(
    chain: int, after: int, last: int, until_id: int, limit: int
) -> list[tuple[Any, ...]]:
    """(number, digest, hash, print or None, *the entry in the order of `FIELDS`) along a chain."""
    params = {"chain": chain, "after": after, "last": last, "until": until_id, "limit": limit}
    return fetch_all(_LINKS_BELOW, params)
