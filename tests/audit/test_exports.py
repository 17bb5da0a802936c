"""A selection of the trail taken along: asked for on a page, put together by a worker, checked elsewhere."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.audit.keys import public_keys
from apps.audit.models import AuditEntry, TrailExport, TrailExportPart
from apps.audit.services.checkpoints import write_checkpoint
from apps.audit.services.taking_along import (
    TooManyExports,
    ask_export,
    forget_old,
    put_together_due,
)
from tests.admin.conftest import auditor, manager
from tests.audit.trail import NOBODY, NOON, by, later, write

__all__ = ["auditor", "manager"]


@contextmanager
def here() -> Iterator[Any]:
    """The test's own transaction in place of a snapshot of its own."""
    with connection.cursor() as cursor:
        yield cursor


def put_together() -> int:
    return put_together_due(clock=lambda: later(24 * 3_650), snapshot=here)


def unpacked(raw: bytes, folder: Path) -> list[dict[str, str]]:
    """The ZIP in the folder; the rows of its CSV."""
    zipfile.ZipFile(io.BytesIO(raw)).extractall(folder)
    text = (folder / "trail.csv").read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def check(folder: Path) -> str:
    """What the readme says, run in the folder with nothing but Python."""
    from base64 import b64encode

    keys = [("--key", b64encode(key).decode()) for key in public_keys().values()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify_trail.py", "trail.jsonl", "--checkpoints", "checkpoints.jsonl",
         *(part for pair in keys for part in pair)],
        cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def trail(db: None, folder: Path) -> None:
    write(1, "a.one", "a.two", said="=HYPERLINK(1)")
    write(2, "b.one")
    write(1, "a.one", "a.three")
    write_checkpoint(now=later(1))


def test_a_selection_is_taken_along_with_its_proof(
    trail: None, auditor: Client, tmp_path: Path
) -> None:
    asked = auditor.post("/admin/audit/auditentry/export/?shop=0001&action=a.one&q=0001/03")
    page = auditor.get(asked["Location"]).content.decode()
    assert "under way" in page

    assert put_together() == 1

    export = TrailExport.objects.get()
    assert (export.entries, export.written, export.links) == (2, 4, 4)
    answer = auditor.get(f"/admin/audit/trailexport/{export.pk}/file/")
    raw = answer.getvalue()
    assert len(raw) == export.size
    away = tmp_path / "away"
    rows = unpacked(raw, away)
    assert [(row["chain"], row["number"], row["action"]) for row in rows] == [
        ("1", "1", "a.one"), ("1", "3", "a.one"),
    ]  # fmt: skip
    lines = [json.loads(line) for line in (away / "trail.jsonl").read_text().splitlines()]
    assert [line["n"] for line in lines if "entry" in line] == [1, 3]
    assert "2 entries in full, 2 bare links; 0 findings" in check(away)


def test_that_it_was_asked_for_stands_in_the_trail(trail: None, auditor: Client) -> None:
    auditor.post("/admin/audit/auditentry/export/?action=a.one&q=R1")

    entry = AuditEntry.objects.get(action="trail.exported")
    assert entry.actor_label == "auditor@shop"
    assert entry.data == {"action": "a.one", "term": "R1"}
    assert entry.subject_id == str(TrailExport.objects.get().pk)


def test_who_may_not_read_the_trail_may_not_take_it_along(trail: None, manager: Client) -> None:
    export = ask_export({}, actor=NOBODY, now=NOON)

    assert manager.post("/admin/audit/auditentry/export/").status_code == 403
    assert manager.get(f"/admin/audit/trailexport/{export.pk}/file/").status_code == 403
    assert TrailExport.objects.count() == 1


def test_a_card_number_is_no_search(trail: None, auditor: Client) -> None:
    auditor.post("/admin/audit/auditentry/export/?q=4111111111111111")

    assert not TrailExport.objects.exists()


def test_text_that_a_table_would_run_is_defused(trail: None, tmp_path: Path) -> None:
    from django.db import transaction

    from apps.audit import services as audit
    from apps.audit.commands import Fact

    with transaction.atomic():
        audit.record([Fact("c.one", "x", "1", reason="=2+3")], actor=by(3), now=NOON)
    export = ask_export({"shop": "0003"}, actor=NOBODY, now=NOON)
    put_together()

    raw = b"".join(bytes(p.content) for p in TrailExportPart.objects.filter(export=export))
    assert unpacked(raw, tmp_path)[0]["reason"] == "'=2+3"


def test_five_at_once_are_enough(trail: None) -> None:
    for _ in range(5):
        ask_export({}, actor=NOBODY, now=NOON)

    with pytest.raises(TooManyExports):
        ask_export({}, actor=NOBODY, now=NOON)


def test_files_are_kept_for_a_week(trail: None) -> None:
    ask_export({}, actor=NOBODY, now=NOON)
    put_together()

    forget_old(now=later(24 * 7 - 1))
    assert TrailExport.objects.count() == 1
    forget_old(now=later(24 * 7 + 1))
    assert not TrailExport.objects.exists()
    assert not TrailExportPart.objects.exists()
