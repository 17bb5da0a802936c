"""Putting old entries away: the lines of a file that goes on proving what was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.audit import store
from apps.audit.chain import GENESIS, canonical, digest_of, to_entry
from apps.audit.services.exporting import signed_numbers
from apps.common.errors import Conflict

BATCH = 2_000


class NotArchived(Conflict):
    """An entry is not what was sealed: nothing of that month is put away."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its line feed. `prints` has the print of the row, if the line holds one."""

    text: bytes
    prints: tuple[int, ...]


def why_kept(until_id: int) -> str:
    """Why entries below an id cannot be put away yet; empty when they can.

    Each has to be sealed, and its seal to stand under a signed checkpoint: from then on nobody can
    change what is in the file without being found out.
    """
    if store.unsealed_below(until_id):
        return _("an entry is not sealed")
    signed = signed_numbers()
    for chain, _first, last in store.ranges_below(until_id):
        if max(signed.get(chain, ()), default=0) < last:
            return _("no checkpoint was signed behind it")
    return ""


def archive_lines(until_id: int) -> Iterator[Line]:
    """All entries below an id, in the form of an export, chain by chain.

    What lies between in a chain and was put away before, or is younger, is a bare link. NotArchived
    when an entry is not what its seal says.
    """
    for chain, first, last in store.ranges_below(until_id):
        before, after = store.hash_at(chain, first - 1) or GENESIS, first - 1
        while after < last:
            rows = store.read_links(chain, after, last, until_id, BATCH)
            for n, digest, hash_, print_, *entry in rows:
                place = {"chain": chain, "n": n, "before": before.hex(), "hash": bytes(hash_).hex()}
                what = _what(entry, chain, n, bytes(digest), full=print_ is not None)
                prints = () if print_ is None else (print_,)
                yield Line(canonical({**place, **what}) + b"\n", prints)
                before, after = bytes(hash_), n
            if not rows:
                raise NotArchived(f"Chain {chain} has a gap behind {after}. Run «audit verify».")


def _what(row: list[Any], chain: int, n: int, digest: bytes, *, full: bool) -> dict[str, Any]:
    if not full:
        return {"digest": digest.hex()}
    entry = to_entry(row, chain=chain, n=n)
    if digest_of(entry) != digest:
        raise NotArchived(f"Entry {row[0]} is not what was sealed. Run «audit verify».")
    return {"entry": entry}
