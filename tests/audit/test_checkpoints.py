"""Every hour it is signed where the chains stand, into a file outside the database."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from apps.audit import checkpoint_file
from apps.audit.chain import root_of
from apps.audit.commands import Head
from apps.audit.keys import public_keys
from apps.audit.models import AuditEntry, Checkpoint
from apps.audit.services.checkpoints import (
    NotSigned,
    write_checkpoint,
    write_due_checkpoint,
    write_restored_checkpoint,
)
from tests.audit.trail import NOBODY, NOON, findings, kinds, later, tamper, texts, write

pytestmark = pytest.mark.django_db
OTHER_KEY = base64.b64encode(bytes(range(32))).decode()


def lines(folder: Path) -> list[Any]:
    text = (folder / "checkpoints.jsonl").read_text()
    return [json.loads(line)["body"] for line in text.splitlines()]


def test_a_line_names_what_moved_and_stands_for_all(folder: Path) -> None:
    write(1, "a.b", "c.d")
    write(None, "e.f")
    write_checkpoint(now=NOON)
    write(2, "a.b")
    made = write_checkpoint(now=later(1))

    first, second = lines(folder)
    assert [(chain, n) for chain, n, _hash in first["heads"]] == [(0, 1), (1, 2)]
    assert [(chain, n) for chain, n, _hash in second["heads"]] == [(2, 1)]
    assert made is not None
    assert (made.number, made.chains, made.entries, made.at) == (2, 3, 4, later(1))
    heads = [Head(c, n, bytes.fromhex(h)) for c, n, h in [*first["heads"], *second["heads"]]]
    assert second["root"] == root_of(heads).hex() == bytes(made.root).hex()
    assert second["previous"] == bytes(Checkpoint.objects.get(number=1).hash).hex()
    assert findings() == []


def test_one_is_due_an_hour_after_the_last(folder: Path) -> None:
    write(1, "a.b")
    assert write_due_checkpoint(now=NOON) is not None
    assert write_due_checkpoint(now=later(0.9)) is None
    assert write_due_checkpoint(now=later(1)) is not None
    assert len(lines(folder)) == 2


def test_without_a_folder_or_a_key_nothing_is_signed(folder: Path, settings: Any) -> None:
    settings.DEVELOPMENT = False
    assert write_due_checkpoint(now=NOON) is None
    with pytest.raises(NotSigned, match="Set AUDIT_SIGNING_KEY"):
        write_checkpoint(now=NOON)
    settings.AUDIT_SIGNING_KEY, settings.AUDIT_CHECKPOINTS = OTHER_KEY, ""
    assert write_due_checkpoint(now=NOON) is None
    assert not Checkpoint.objects.exists()


def test_a_row_that_was_lost_is_written_again_from_the_file(folder: Path) -> None:
    """The line was on the disk, and the transaction did not commit."""
    write(1, "a.b")
    write_checkpoint(now=NOON)
    tamper("DELETE FROM audit_checkpoint")
    write_checkpoint(now=later(1))
    assert list(Checkpoint.objects.order_by("number").values_list("number", "at")) == [
        (1, NOON), (2, later(1)),
    ]  # fmt: skip
    assert findings() == []


def test_a_line_that_a_crash_cut_off_is_passed_over(folder: Path) -> None:
    write(1, "a.b")
    write_checkpoint(now=NOON)
    with (folder / "checkpoints.jsonl").open("a") as file:
        file.write('{"body":{"number":2,"at"')
    write_checkpoint(now=later(1))
    assert [line.number for line in checkpoint_file.read_lines(folder / "checkpoints.jsonl")] == [
        1,
        2,
    ]
    assert findings() == []


def test_the_file_of_another_database_is_not_gone_on_with(folder: Path) -> None:
    write(1, "a.b")
    write_checkpoint(now=NOON)
    (folder / "checkpoints.jsonl").unlink()
    with pytest.raises(NotSigned, match="ends at checkpoint 0, the database knows 1"):
        write_checkpoint(now=later(1))
    assert not (folder / "checkpoints.jsonl").exists()


def test_a_key_is_changed_and_the_old_lines_stay_good(folder: Path, settings: Any) -> None:
    write(1, "a.b")
    write_checkpoint(now=NOON)
    old = next(iter(public_keys().values()))
    settings.AUDIT_SIGNING_KEY = OTHER_KEY
    assert "which is not known here" in texts()[0]
    settings.AUDIT_PUBLIC_KEYS = [base64.b64encode(old).decode()]
    write(1, "a.b")
    made = write_checkpoint(now=later(1))
    assert made is not None
    assert made.key_id != Checkpoint.objects.get(number=1).key_id
    assert findings() == []


def test_after_a_restore_the_lost_end_is_named_once_and_for_good(folder: Path) -> None:
    write(1, "a.b")
    write_checkpoint(now=NOON)
    write(1, "c.d", "e.f")
    write_checkpoint(now=later(1))
    tamper(
        "DELETE FROM audit_auditentry WHERE action <> 'a.b'", "DELETE FROM audit_seal WHERE n > 1",
        "DELETE FROM audit_checkpoint WHERE number > 1",
    )  # fmt: skip
    write(1, "g.h")
    with pytest.raises(NotSigned, match="not what checkpoint 2 signed"):
        write_checkpoint(now=later(2))
    assert kinds() == ["cut"]

    write_restored_checkpoint(why="the disk died", actor=NOBODY, now=later(2))
    assert findings() == []
    assert lines(folder)[2]["restored"] == "the disk died"
    assert AuditEntry.objects.get(action="trail.restored").reason == "the disk died"
    write_checkpoint(now=later(3))
    assert findings() == []


def test_what_a_restore_left_still_has_to_be_what_was_signed(folder: Path) -> None:
    write(1, "a.b")
    write_checkpoint(now=NOON)
    write_restored_checkpoint(why="drill", actor=NOBODY, now=later(1))
    tamper("UPDATE audit_seal SET hash = digest WHERE chain = 1")
    assert kinds() == ["link", "rebuilt"]
