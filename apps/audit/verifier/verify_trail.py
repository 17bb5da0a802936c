#!/usr/bin/env python3
"""Checks an export of the trail against the file of signed checkpoints.

Needs Python 3.9 or newer and nothing else: no network, no database, nothing of the system that wrote
the trail. Read it before you trust it; it is meant to be read.

    python3 verify_trail.py trail.jsonl --checkpoints checkpoints.jsonl --key BASE64

Every line of the export is one link of a chain:

    {"chain": 7, "n": 12, "before": HEX, "hash": HEX, "entry": {...}}     an entry in full
    {"chain": 7, "n": 13, "before": HEX, "hash": HEX, "digest": HEX}      one that was left out

1. digest = SHA-256(canonical JSON of the entry), which holds its chain and number too;
2. hash = SHA-256(before || digest), where before is the hash of the link with number n - 1
   (32 zero bytes before the first), so a hash stands for all entries up to its own;
3. every hour a checkpoint signs (Ed25519) the last number and hash of each chain, with the hash of
   the checkpoint before and a Merkle root (RFC 6962) over the ends of all chains.

Canonical JSON: keys sorted by code point, no spaces, UTF-8. Exit code: 0 all is as it was signed,
1 something is not (each finding is named), 2 the files cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256, sha512
from typing import Any

GENESIS = bytes(32)

Point = tuple[int, int, int, int]

# --- Ed25519 verification after RFC 8032, 5.1.7 and 6, with points as (X, Y, Z, T), x = X/Z, y = Y/Z.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    z = 2 * a[2] * b[2] % P
    w, x, y, h = f - e, z - c, z + c, f + e
    return w * x % P, y * h % P, x * y % P, w * h % P


def times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def is_same(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if (x & 1) != sign else x


def decode_point(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is that of `message` under `public` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= L:
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    return is_same(times(s, BASE), add(commitment, times(k, key)))


# --- What is hashed


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tree(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, 2.1, over leaves that are hashed already."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def root_of(heads: dict[int, tuple[int, str]]) -> bytes:
    """`heads`: {chain: (n, hash in hex)}."""
    rows = [[chain, *heads[chain]] for chain in sorted(heads)]
    return tree([sha256(b"\x00" + canonical(row)).digest() for row in rows])


# --- Checkpoints


class Checkpoints:
    """What a file of checkpoints says, and what is wrong with it."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self.keys = {sha256(key).hexdigest()[:16]: key for key in keys}
        self.findings: list[str] = []
        self.number, self.hash, self.at = 0, GENESIS.hex(), ""
        self.heads: dict[int, tuple[int, str]] = {}  # chain -> (n, hash) as of the last line
        self.signed: dict[
            int, dict[int, tuple[str, int]]
        ] = {}  # n -> (hash, checkpoint) of a chain
        self.restores: list[
            str
        ] = []  # what lies beyond one was lost, and is not held against the export

    def read(self, file: Iterable[str]) -> None:
        for raw in file:
            try:
                line = json.loads(raw)
                body, signature = line["body"], base64.b64decode(line["signature"])
            except (ValueError, KeyError, TypeError):
                continue  # cut off by a crash; numbers and hashes show whether one is missing
            try:
                self.take(body, signature)
            except (ValueError, KeyError, TypeError):
                self.findings.append(f"A line behind checkpoint {self.number} is no checkpoint.")

    def take(self, body: dict[str, Any], signature: bytes) -> None:
        name = f"Checkpoint {body['number']} of {body['at']}"
        said, before = canonical(body), len(self.findings)
        key = self.keys.get(body["key"])
        if key is None:
            self.findings.append(f"{name} is signed with the unknown key {body['key']}.")
        elif not is_signed(key, said, signature):
            self.findings.append(f"{name} does not bear a good signature.")
        if body["number"] != self.number + 1:
            self.findings.append(f"{name} follows checkpoint {self.number}.")
        elif body["previous"] != self.hash:
            self.findings.append(f"{name} was not signed behind the one before it.")
        heads = {} if body["restored"] else dict(self.heads)
        heads.update((chain, (n, hash_)) for chain, n, hash_ in body["heads"])
        if root_of(heads).hex() != body["root"]:
            self.findings.append(f"{name} has another root than the chains it names.")
        if len(self.findings) == before:
            self.note(name, body, heads)
        self.number, self.hash, self.at = body["number"], sha256(said).hexdigest(), body["at"]
        self.heads = heads

    def note(self, name: str, body: dict[str, Any], heads: dict[int, tuple[int, str]]) -> None:
        if body["restored"]:
            self.restores.append(f"{name}: signed after a restore: {body['restored']}")
            for chain, seen in self.signed.items():
                kept = heads[chain][0] if chain in heads else 0
                self.signed[chain] = {n: said for n, said in seen.items() if n <= kept}
        for chain, n, hash_ in body["heads"]:
            self.signed.setdefault(chain, {})[n] = (hash_, body["number"])


# --- The export


class Chains:
    """The links of an export, followed one by one."""

    def __init__(self, checkpoints: Checkpoints) -> None:
        self.signed = checkpoints.signed
        self.findings: list[str] = []
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self.hash: dict[int, str] = {}
        self.entries = self.bare = 0

    def read(self, file: Iterable[str]) -> None:
        for place, raw in enumerate(file, 1):
            try:
                self.take(json.loads(raw))
            except (ValueError, KeyError, TypeError):
                self.findings.append(f"Line {place} is no link of a chain.")

    def take(self, line: dict[str, Any]) -> None:
        chain, n = line["chain"], line["n"]
        name = f"Chain {chain}, number {n}"
        if "entry" in line:
            self.entries += 1
            entry = line["entry"]
            name += f", entry {entry['id']}"
            digest = sha256(canonical(entry)).digest()
            if (entry["chain"], entry["n"]) != (chain, n):
                self.findings.append(f"{name}: the entry belongs elsewhere.")
        else:
            self.bare += 1
            digest = bytes.fromhex(line["digest"])
        self.follow(name, chain, n, line)
        if sha256(bytes.fromhex(line["before"]) + digest).hexdigest() != line["hash"]:
            self.findings.append(f"{name}: it is not what was sealed: a field was changed.")
        seen = self.signed.get(chain, {}).get(n)
        if seen and seen[0] != line["hash"]:
            self.findings.append(f"{name}: checkpoint {seen[1]} signed another chain.")
        self.first.setdefault(chain, n)
        self.last[chain], self.hash[chain] = n, line["hash"]

    def follow(self, name: str, chain: int, n: int, line: dict[str, Any]) -> None:
        """Is it the next of its chain, and does it say so?"""
        if chain not in self.last:
            if n == 1 and line["before"] != GENESIS.hex():
                self.findings.append(f"{name}: the first of a chain follows nothing.")
        elif n != self.last[chain] + 1:
            self.findings.append(f"{name}: it follows number {self.last[chain]}.")
        elif line["before"] != self.hash[chain]:
            self.findings.append(f"{name}: it does not follow the one before it.")

    def compare_ends(self, complete: bool) -> Iterator[str]:
        """Is each chain as long as it has to be? Yields what is not signed yet, in sentences."""
        chains = set(self.last) | (set(self.signed) if complete else set())
        for chain in sorted(chains):
            first, last = self.first.get(chain, 0), self.last.get(chain, 0)
            newest = max(self.signed.get(chain, {}), default=0)
            inside = max((n for n in self.signed.get(chain, {}) if first <= n <= last), default=0)
            name = f"Chain {chain}"
            if complete and first > 1:
                self.findings.append(f"{name} begins with number {first}.")
            if newest > last and (complete or inside < last):
                self.findings.append(
                    f"{name} ends at number {last}, and was signed up to {newest}: its end was cut off."
                )
            elif inside < last:
                new = f"numbers {max(inside + 1, first)} to {last}"
                yield f"{name}: {new} are newer than the last checkpoint."


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    try:
        keys = [base64.b64decode(key, validate=True) for key in options.key]
        checkpoints = Checkpoints(keys)
        with open(options.checkpoints, encoding="utf-8") as file:
            checkpoints.read(file)
        chains = Chains(checkpoints)
        with open(options.export, encoding="utf-8") as file:
            chains.read(file)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Cannot be read: {error}\n")
        return 2
    notes = checkpoints.restores + list(chains.compare_ends(options.complete))
    findings = checkpoints.findings + chains.findings
    lines = [f"FINDING  {text}" for text in findings] + [f"note     {text}" for text in notes]
    lines.append(
        f"{checkpoints.number} checkpoints, the last of {checkpoints.at or 'never'}; "
        f"{len(chains.last)} chains, {chains.entries} entries in full, {chains.bare} bare links; "
        f"{len(findings)} findings."
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if findings else 0


def parser() -> argparse.ArgumentParser:
    said = argparse.ArgumentParser(description="Check an export of the trail.")
    said.add_argument("export", help="the export, JSON lines")
    said.add_argument("--checkpoints", required=True, help="the file of checkpoints, JSON lines")
    said.add_argument(
        "--key", action="append", required=True, help="public key, base64; repeatable"
    )
    said.add_argument(
        "--complete", action="store_true",
        help="the export is to hold every chain, from its first number to the last that was signed",
    )  # fmt: skip
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
