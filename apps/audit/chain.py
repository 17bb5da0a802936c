"""What is hashed, and how: the canonical form, the links of a chain, the tree over their ends.

The stand-alone verifier (`verifier/verify_trail.py`) says the same again in its own words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from apps.audit.commands import Head

VERSION = 1
GENESIS = bytes(32)
"""What stands before the first seal of a chain."""

FIELDS = (
    *("id", "at", "occurred_at", "actor_kind", "actor_id", "actor_label", "credential_id"),
    *("store_id", "store_number", "terminal_number", "action", "subject_type", "subject_id"),
    *("subject_label", "outcome", "reason", "data", "request_id"),
)
"""Of an entry, in the order in which `store` reads them; `data` comes as text."""


def canonical(value: Any) -> bytes:
    """JSON as bytes: keys sorted by code point, no spaces, UTF-8, times in UTC to the microsecond.

    A number with a fraction is `{"decimal": "0.10"}`, as PostgreSQL wrote it: no float is involved.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    ).encode()


def to_entry(row: Sequence[Any], *, chain: int, n: int) -> dict[str, Any]:
    """What of an entry is sealed: all its fields (in the order of `FIELDS`), and its place."""
    entry = dict(zip(FIELDS, row, strict=True))
    entry["data"] = json.loads(entry["data"], parse_float=Decimal)
    return {"v": VERSION, "chain": chain, "n": n, **entry}


def digest_of(entry: Mapping[str, Any]) -> bytes:
    return sha256(canonical(entry)).digest()


def link(before: bytes, digest: bytes) -> bytes:
    """The hash of a seal: it stands for the entry and for all before it."""
    return sha256(before + digest).digest()


def root_of(heads: Iterable[Head]) -> bytes:
    """The Merkle tree hash (RFC 6962, 2.1) over the heads in the order of their chains."""
    ordered = sorted(heads, key=lambda head: head.chain)
    return _tree([sha256(b"\0" + canonical(to_json(head))).digest() for head in ordered])


def to_json(head: Head) -> list[Any]:
    return [head.chain, head.n, head.hash.hex()]


def from_json(head: Sequence[Any]) -> Head:
    return Head(head[0], head[1], bytes.fromhex(head[2]))


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + _tree(leaves[:half]) + _tree(leaves[half:])).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def moment(at: datetime) -> str:
    """`2026-11-21T11:34:00.000000Z`"""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
