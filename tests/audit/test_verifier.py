"""The stand-alone verifier, on a Python with nothing but its standard library."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as configured
from django.db import connection

from apps.audit.chain import _tree
from apps.audit.keys import public_keys
from apps.audit.services.checkpoints import write_checkpoint, write_restored_checkpoint
from apps.audit.services.exporting import Wanted, export_lines
from apps.audit.services.sealing import seal_entries
from apps.audit.verifier import verify_trail
from tests.audit.trail import NOBODY, NOON, later, write

SCRIPT = Path(configured.BASE_DIR, "apps", "audit", "verifier", "verify_trail.py")


def export(folder: Path, **wanted: Any) -> list[dict[str, Any]]:
    """Written to `trail.jsonl`; its lines."""
    with connection.cursor() as cursor:
        raw = list(export_lines(cursor, Wanted(**wanted)))
    (folder / "trail.jsonl").write_bytes(b"".join(raw))
    return [json.loads(line) for line in raw]


def rewrite(folder: Path, name: str, change: Callable[[list[Any]], Any]) -> None:
    lines = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    change(lines)
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def verify(folder: Path, *options: str, key: bytes | None = None) -> tuple[int, list[str]]:
    """Exit code, and what it printed, run far from everything of ours."""
    key = key or next(iter(public_keys().values()))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "trail.jsonl", "--checkpoints", "checkpoints.jsonl",
         "--key", base64.b64encode(key).decode(), *options],
        cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def trail(db: None, folder: Path) -> Path:
    """Two shops, signed twice; then one entry that is sealed only."""
    write(1, "a.one", "a.two", amount=1250, share=0.25, said="für “K.”")
    write(2, "b.one")
    write_checkpoint(now=NOON)
    write(1, "a.three", "a.four", "a.five")
    write_checkpoint(now=later(1))
    write(1, "a.six")
    seal_entries()
    return folder


def test_a_whole_export_is_good(trail: Path) -> None:
    assert len(export(trail)) == 7
    assert verify(trail, "--complete") == (0, [
        "note     Chain 1: numbers 6 to 6 are newer than the last checkpoint.",
        "2 checkpoints, the last of 2026-11-21T13:00:00.000000Z; 2 chains, 7 entries in full, 0 bare "
        "links; 0 findings.",
    ])  # fmt: skip


def test_one_return_comes_with_bare_links_up_to_the_next_checkpoint(trail: Path) -> None:
    lines = export(trail, stores=["0001"], subjects=["return:R2"], until=later(2))
    assert [(line["n"], "entry" in line) for line in lines] == [
        (2, True), (3, False), (4, True), (5, False),
    ]  # fmt: skip
    code, said = verify(trail)
    assert code == 0
    assert said[-1].endswith("1 chains, 2 entries in full, 2 bare links; 0 findings.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t[1]["entry"].update(reason="x"), "number 2, entry {1}: it is not what was sealed"),
        (lambda t: t[1]["entry"]["data"].update(amount=1), "number 2, entry {1}: it is not what was sealed"),
        (lambda t: t.pop(1), "Chain 1, number 3, entry {2}: it follows number 1."),
        (lambda t: t.insert(2, t[1]), "Chain 1, number 2, entry {1}: it follows number 2."),
        (lambda t: t.insert(1, t.pop(2)), "Chain 1, number 3, entry {2}: it follows number 1."),
        (lambda t: t.__delitem__(slice(3, 6)), "Chain 1 ends at number 3, and was signed up to 5"),
        (lambda t: t.pop(6), "Chain 2 ends at number 0, and was signed up to 1: its end was cut off."),
        (lambda t: t[1].pop("hash"), "Line 2 is no link of a chain."),
    ],
    ids=["field", "amount", "deleted", "inserted", "reordered", "cut", "chain", "broken"],
)  # fmt: skip
def test_an_export_that_was_changed(trail: Path, change: Callable[[Any], Any], said: str) -> None:
    ids = [line["entry"]["id"] for line in export(trail)]
    rewrite(trail, "trail.jsonl", change)
    code, lines = verify(trail, "--complete")
    assert code == 1
    assert any(line.startswith("FINDING") and said.format(*ids) in line for line in lines), lines


def test_a_chain_that_was_built_anew(trail: Path) -> None:
    """Everything fits together, but it is not what was signed."""

    def forge(lines: list[Any]) -> None:
        before = bytes(32).hex()
        for line in (one for one in lines if one["chain"] == 1):
            line["entry"]["reason"] = "forged"
            digest = sha256(verify_trail.canonical(line["entry"])).digest()
            line["before"] = before
            line["hash"] = before = sha256(bytes.fromhex(before) + digest).hexdigest()

    export(trail)
    rewrite(trail, "trail.jsonl", forge)
    code, lines = verify(trail)
    assert code == 1
    assert [line.partition(": ")[2] for line in lines if line.startswith("FINDING")] == [
        "checkpoint 1 signed another chain.", "checkpoint 2 signed another chain.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t[0]["body"].update(entries=9), "does not bear a good signature"),
        (lambda t: t.pop(0), "follows checkpoint 0"),
        (lambda t: t[1]["body"]["heads"].clear(), "has another root"),
        (lambda t: t[1].update(signature=t[0]["signature"]), "does not bear a good signature"),
        (lambda t: t[1]["body"].pop("heads"), "A line behind checkpoint 1 is no checkpoint."),
    ],
    ids=["entries", "missing", "heads", "signature", "broken"],
)
def test_checkpoints_that_were_changed(trail: Path, change: Any, said: str) -> None:
    export(trail)
    rewrite(trail, "checkpoints.jsonl", change)
    code, lines = verify(trail)
    assert code == 1
    assert any(said in line for line in lines), lines


def test_another_key_proves_nothing(trail: Path) -> None:
    export(trail)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    code, lines = verify(trail, key=other)
    assert code == 1
    assert "is signed with the unknown key" in lines[0]


def test_a_restore_is_told_and_not_held_against_the_export(trail: Path) -> None:
    write_restored_checkpoint(why="drill", actor=NOBODY, now=later(2))
    export(trail)
    code, lines = verify(trail, "--complete")
    assert (code, lines[0].partition(": ")[2]) == (0, "signed after a restore: drill")


# RFC 8032, 7.1: tests 1 to 3 and SHA(abc).
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS, ids=["1", "2", "3"])
def test_signatures_of_the_rfc(public: str, message: str, signature: str) -> None:
    key, said, good = (bytes.fromhex(text) for text in (public, message, signature))
    assert verify_trail.is_signed(key, said, good)
    assert not verify_trail.is_signed(key, said + b"x", good)
    for place in (0, 31, 32, 63):
        bad = bytearray(good)
        bad[place] ^= 1
        assert not verify_trail.is_signed(key, said, bytes(bad))
    grown = int.from_bytes(good[32:], "little") + verify_trail.L  # the same modulo L
    assert not verify_trail.is_signed(key, said, good[:32] + grown.to_bytes(32, "little"))


def test_it_believes_what_the_library_signs_and_nothing_else() -> None:
    for n in range(20):
        key = Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
        said = bytes(range(n))
        public, signature = key.public_key().public_bytes_raw(), key.sign(said)
        assert verify_trail.is_signed(public, said, signature)
        assert not verify_trail.is_signed(public[::-1], said, signature)


def test_both_make_the_same_tree() -> None:
    """The roots of RFC 6962 over 0 to 9 leaves; 0 and 2 spelt out."""
    leaves = [sha256(bytes([n])).digest() for n in range(9)]
    for n in range(10):
        assert _tree(leaves[:n]) == verify_trail.tree(leaves[:n])
    assert _tree([]) == sha256(b"").digest()
    assert _tree(leaves[:2]) == sha256(b"\x01" + leaves[0] + leaves[1]).digest()


def test_it_imports_nothing_of_ours() -> None:
    imported = [
        line for line in SCRIPT.read_text().splitlines() if line.startswith(("import", "from"))
    ]
    assert imported == [
        "from __future__ import annotations", "import argparse", "import base64", "import json",
        "import sys", "from collections.abc import Iterable, Iterator, Sequence",
        "from hashlib import sha256, sha512", "from typing import Any",
    ]  # fmt: skip
