"""Old months go into files, whole, and leave the database; the chain goes on proving them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import ArchivedMonth, AuditEntry, Seal
from apps.audit.services.archiving import NotArchived
from apps.audit.services.checkpoints import write_checkpoint
from apps.audit.services.sealing import seal_entries
from apps.audit.services.verifying import check_trail
from apps.common.sql import execute
from apps.retention import store
from apps.retention.kinds import BY_NAME
from apps.retention.services import archiving
from tests.audit.trail import NOBODY, superuser, tamper, write
from tests.books import nothing_changes
from tests.retention.months import PRESENT, ago, keys_of, months_of, plant_months

pytestmark = pytest.mark.django_db
NOW = datetime(PRESENT.year, PRESENT.month, 20, tzinfo=UTC)


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_FOLDER = str(tmp_path / "archive")
    settings.AUDIT_CHECKPOINTS = str(tmp_path / "signed")
    settings.KEEP_TRAIL_MONTHS = 4
    return tmp_path / "archive"


@pytest.fixture
def old_trail(archive: Path) -> Path:
    """Two shops over six months, sealed and signed; those of five and six months ago are due."""
    plant_months("audit_auditentry", 6)
    for n in (6, 5, 4):
        with keys_of(ago(n)):
            write(1, f"a.{n}", f"b.{n}", amount=12.5)
            write(2, f"c.{n}")
        seal_entries()
    write(1, "a.now")
    write_checkpoint(now=NOW)
    return archive


def run() -> list[str]:
    made = archiving.archive_due(actor=NOBODY, now=NOW)
    return [f"{one.kind} {one.month:%Y-%m} {one.rows}" for one in made]


def texts(folder: Path | None = None, say: Callable[[str], None] = lambda _: None) -> list[str]:
    with connection.cursor() as cursor:
        return [one.text for one in check_trail(cursor, archive=folder, say=say)]


def file_of(folder: Path, months: int) -> Path:
    return folder / f"audit_auditentry_y{ago(months):%Ym%m}.jsonl.gz"


def test_months_that_are_due_leave_and_the_chain_holds(old_trail: Path) -> None:
    assert run() == [f"trail {ago(6):%Y-%m} 3", f"trail {ago(5):%Y-%m} 3"]
    assert months_of("audit_auditentry")[0] == f"audit_auditentry_y{ago(4):%Ym%m}"
    assert sorted(p.name for p in old_trail.iterdir()) == [
        file_of(old_trail, 6).name, file_of(old_trail, 5).name,
    ]  # fmt: skip
    assert Seal.objects.count() == 10  # they stay
    seal_entries()
    said: list[str] = []
    assert texts(say=said.append) == []
    assert "6 entries were put away and not looked at; name their folder by --archive." in said
    assert texts(old_trail) == []
    assert list(AuditEntry.objects.filter(action="month.archived").order_by("pk").values_list("subject_label")) == [
        (f"trail {ago(6):%Y-%m}",), (f"trail {ago(5):%Y-%m}",),
    ]  # fmt: skip
    assert run() == []


def test_the_stand_alone_verifier_reads_it(old_trail: Path, settings: Any) -> None:
    run()
    plain = old_trail / "trail.jsonl"
    plain.write_bytes(gzip.decompress(file_of(old_trail, 6).read_bytes()))
    lines = [json.loads(line) for line in plain.read_text().splitlines()]
    assert [(line["chain"], line["n"], line["entry"]["action"]) for line in lines] == [
        (1, 1, "a.6"), (1, 2, "b.6"), (2, 1, "c.6"),
    ]  # fmt: skip
    script = Path(settings.BASE_DIR, "apps/audit/verifier/verify_trail.py")
    done = subprocess.run(
        [sys.executable, script, plain], capture_output=True, text=True, check=False
    )
    assert "FINDING" not in done.stdout, done.stdout + done.stderr


def test_a_changed_file_and_a_missing_one_are_found(old_trail: Path) -> None:
    run()
    packed = file_of(old_trail, 6)
    packed.write_bytes(gzip.compress(gzip.decompress(packed.read_bytes()).replace(b"b.6", b"b.7")))
    file_of(old_trail, 5).unlink()
    found = texts(old_trail)
    assert "is not the file that was written" in found[0]
    assert found[1] == f"{file_of(old_trail, 5)} is missing."
    assert "the entry in the archive is not what was sealed." in found[2]
    assert [text for text in found[3:] if "stands in no file of the archive" not in text] == []
    assert len(found) == 6


def test_what_is_not_signed_stays(old_trail: Path, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_CHECKPOINTS = str(tmp_path / "elsewhere")
    with nothing_changes():
        assert run() == []
    assert archiving.why_kept(BY_NAME["trail"], _first()) == "no checkpoint was signed behind it"


def test_what_is_not_sealed_stays(old_trail: Path) -> None:
    with keys_of(ago(6)):
        write(1, "a.late")
    with nothing_changes():
        assert run() == []
    assert archiving.why_kept(BY_NAME["trail"], _first()) == "an entry is not sealed"


def _first() -> Any:
    return next(p for p in store.read_partitions() if p.table == "audit_auditentry")


def test_what_was_changed_is_not_put_away(old_trail: Path) -> None:
    tamper("UPDATE audit_auditentry SET reason = 'x' WHERE action = 'b.6'")
    with pytest.raises(NotArchived, match="is not what was sealed"), nothing_changes():
        run()
    assert len(months_of("audit_auditentry")) == 10


def test_without_a_folder_and_for_ever_nothing_goes(old_trail: Path, settings: Any) -> None:
    settings.KEEP_TRAIL_MONTHS = 0
    assert run() == []
    settings.KEEP_TRAIL_MONTHS, settings.ARCHIVE_FOLDER = 4, ""
    assert run() == []


@pytest.mark.parametrize(
    ("months", "rows", "why"),
    [(2, 0, "is not old enough to be dropped"), (6, 2, "is not as it was read")],
)
def test_the_database_refuses_by_itself(old_trail: Path, months: int, rows: int, why: str) -> None:
    name = f"audit_auditentry_y{ago(months):%Ym%m}"
    one = next(p for p in store.read_partitions() if p.name == name)
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        store.drop_month(one, rows, 0)


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET reason = ''", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_a_month_of_the_trail_is_append_only_too(old_trail: Path, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for n in (6, 4):
        month = f"audit_auditentry_y{ago(n):%Ym%m}"
        with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
            execute(statement.format(month))


def test_a_guard_that_one_month_lacks_is_found(old_trail: Path) -> None:
    name = f"audit_auditentry_y{ago(4):%Ym%m}"
    execute(f"DROP TRIGGER no_truncate ON {name}")
    execute(f"ALTER TABLE {name} DISABLE TRIGGER append_only")
    assert texts() == [
        f"The trigger append_only of {name} is switched off.",
        f"The trigger no_truncate of {name} is missing.",
    ]


def test_an_entry_deleted_where_it_is_still_kept_is_found(old_trail: Path) -> None:
    run()
    seal_entries()
    with superuser() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE action = 'c.4'")
    assert [text.rpartition(": ")[2] for text in texts(old_trail)] == [
        "the entry was deleted; its seal still stands."
    ]


def test_a_row_of_the_ledger_is_what_the_file_is(old_trail: Path) -> None:
    run()
    one = ArchivedMonth.objects.order_by("month")[0]
    packed = file_of(old_trail, 6)
    assert (one.rows, one.file, one.bytes) == (3, packed.name, packed.stat().st_size)
