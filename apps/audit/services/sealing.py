"""Sealing: each shop's entries, in a chain, some moments after they were committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from django.db import transaction

from apps.audit import store
from apps.audit.chain import FIELDS, GENESIS, digest_of, link, to_entry
from apps.audit.commands import Head

BATCH = 1_000
_STORE = FIELDS.index("store_id")


def seal_entries(*, batches: int | None = None) -> int:
    """Seal what waits until nothing does, in batches of their own transactions; how many it sealed;
    with `batches` no more than so many of them.

    One at a time, since a chain has one end: whoever finds the lock taken leaves at once, the
    holder seals all that was committed before it looked, and beat looks again a second later.
    """
    sealed = 0
    for _ in count() if batches is None else range(batches):
        with transaction.atomic():
            if not store.lock_sealer():
                return sealed
            taken = _seal_batch()
        sealed += taken
        if taken < BATCH:
            break
    return sealed


def _seal_batch() -> int:
    rows = store.take_unsealed(BATCH)
    if rows:
        ends = store.read_ends({chain_of(row) for row in rows})
        store.write_seals(_seals(rows, ends))
    return len(rows)


def chain_of(row: Sequence[Any]) -> int:
    """Of its shop; 0 of no shop."""
    return row[_STORE] or 0


def _seals(
    rows: Sequence[Sequence[Any]], ends: Mapping[int, Head]
) -> list[tuple[int, int, int, bytes, bytes]]:
    """Each entry behind the one before it in its chain."""
    ends, seals = dict(ends), []
    for row in rows:
        chain = chain_of(row)
        before = ends.get(chain) or Head(chain, 0, GENESIS)
        n = before.n + 1
        digest = digest_of(to_entry(row, chain=chain, n=n))
        ends[chain] = Head(chain, n, link(before.hash, digest))
        seals.append((row[0], chain, n, digest, ends[chain].hash))
    return seals
