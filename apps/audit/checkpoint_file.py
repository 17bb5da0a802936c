"""The file of checkpoints: one signed line each, only ever appended to, outside the database.

A line is `{"body": {…}, "signature": "<base64>"}`. Its body holds the hash of the body before, the
Merkle root over the ends of all chains, and those ends that moved since the line before.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from apps.audit.chain import VERSION, canonical, from_json, moment, root_of, to_json
from apps.audit.commands import Head
from apps.audit.keys import is_signed, key_id, public_of

NAME = "checkpoints.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One checkpoint as it stands in the file. `heads` are those that moved, or all when restored."""

    number: int
    at: datetime
    previous: bytes
    heads: tuple[Head, ...]
    chains: int
    entries: int
    root: bytes
    key_id: str
    restored: str
    body: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        return sha256(self.body).digest()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file has come to: its last line, and the ends of all chains as it says."""

    number: int = 0
    hash: bytes = bytes(32)
    at: datetime | None = None
    heads: Mapping[int, Head] = field(default_factory=dict)

    def after(self, line: Line) -> Standing:
        heads = {} if line.restored else dict(self.heads)
        heads.update({head.chain: head for head in line.heads})
        return replace(self, number=line.number, hash=line.hash, at=line.at, heads=heads)


def path_in(folder: str) -> Path:
    return Path(folder) / NAME


def read_lines(path: Path) -> Iterator[Line]:
    """Every line that is a checkpoint; a file that is not there has none.

    What is no checkpoint, such as a line that was cut off by a crash, is passed over: numbers and
    hashes of the others show whether one is missing.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            try:
                yield _parse(raw)
            except (ValueError, KeyError, TypeError, IndexError, binascii.Error):
                continue


def problems_of(line: Line, before: Standing, publics: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with a line that stands behind `before`, in sentences."""
    name = f"Checkpoint {line.number} of {moment(line.at)}"
    if line.key_id not in publics:
        yield f"{name} is signed with the key {line.key_id}, which is not known here."
    elif not is_signed(line.body, line.signature, publics[line.key_id]):
        yield f"{name} does not bear a good signature: it was changed, or never signed by us."
    if line.number != before.number + 1:
        yield f"{name} follows checkpoint {before.number}: those between are missing, or out of order."
    elif line.previous != before.hash:
        yield f"{name} was not signed behind the checkpoint that stands before it."
    heads = before.after(line).heads
    if line.root != root_of(heads.values()) or line.chains != len(heads):
        yield f"{name} has another root than the ends of the chains it names."


def make_line(
    heads: Sequence[Head], *, before: Standing, key: Ed25519PrivateKey, restored: str, now: datetime
) -> Line:
    """The next line, signed."""
    moved = [head for head in heads if restored or before.heads.get(head.chain) != head]
    body = canonical({
        "v": VERSION, "number": before.number + 1, "at": now, "previous": before.hash.hex(),
        "chains": len(heads), "entries": sum(head.n for head in heads), "root": root_of(heads).hex(),
        "heads": [to_json(head) for head in moved], "key": key_id(public_of(key)), "restored": restored,
    })  # fmt: skip
    return _parse(to_bytes(body, key.sign(body)))


def to_bytes(body: bytes, signature: bytes) -> bytes:
    text = base64.b64encode(signature).decode()
    return canonical({"body": json.loads(body), "signature": text}) + b"\n"


def append(path: Path, line: Line) -> None:
    """Write the line behind all others, and see it safely on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":  # a crash cut the last one off
                file.write(b"\n")
        file.write(to_bytes(line.body, line.signature))
        file.flush()
        os.fsync(file.fileno())


def _parse(raw: bytes) -> Line:
    whole = json.loads(raw)
    body: dict[str, Any] = whole["body"]
    return Line(
        number=body["number"],
        at=datetime.fromisoformat(body["at"]),
        previous=bytes.fromhex(body["previous"]),
        heads=tuple(from_json(head) for head in body["heads"]),
        chains=body["chains"],
        entries=body["entries"],
        root=bytes.fromhex(body["root"]),
        key_id=body["key"],
        restored=body["restored"],
        body=canonical(body),
        signature=base64.b64decode(whole["signature"], validate=True),
    )
