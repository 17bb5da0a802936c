"""Ledgers are append-only, and it is PostgreSQL that says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from apps.audit.guards import ledgers
from apps.audit.models import ArchivedMonth, AuditEntry, Checkpoint, Seal
from apps.audit.services.checkpoints import write_checkpoint
from apps.inventory.models import StockMovement
from apps.refunds.models import RefundEvent, StoreCreditEntry
from apps.returns.models import Override
from tests.books import nothing_changes
from tests.world import Register, make_approver

CHANGES = {
    "audit_auditentry": "reason = 'nothing happened'",
    "audit_seal": "n = 1",
    "audit_checkpoint": "entries = 0",
    "audit_archivedmonth": "rows = 0",
    "refunds_refundevent": "kind = 'cancel'",
    "refunds_storecreditentry": "amount_minor = 0",
    "inventory_stockmovement": "quantity = 1",
    "returns_override": "reason = 'nobody said so'",
}
LEDGERS = tuple(CHANGES)
KEYS = {"audit_seal": "entry_id", "audit_checkpoint": "number"}
_LEDGERS: tuple[type[Model], ...] = (
    ArchivedMonth, AuditEntry, Checkpoint, Seal, RefundEvent, StoreCreditEntry, StockMovement, Override,
)  # fmt: skip


@pytest.fixture
def written(register: Register, settings: Any, tmp_path: Path) -> Register:
    """The register, after a return that left an entry in every ledger."""
    make_approver()
    settings.AUDIT_CHECKPOINTS = str(tmp_path)
    _fill(register)
    for ledger in _LEDGERS:
        assert ledger._default_manager.exists()
    return register


def _fill(register: Register) -> None:
    register.take_back(register.sell(), refund_to="store_credit")
    write_checkpoint(now=timezone.now())
    register.override(register.wait())
    ArchivedMonth.objects.create(
        kind="calls", month=date(2020, 1 + ArchivedMonth.objects.count(), 1), at=timezone.now(),
        rows=1, file="f", bytes=1, sha256="00",
    )  # fmt: skip


def _refused(statement: str) -> None:
    refused = pytest.raises(DatabaseError, match="is append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_list_of_ledgers_is_whole(db: None) -> None:
    guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgparentid = 0"
    with connection.cursor() as cursor:
        cursor.execute(guarded)
        assert {name for (name,) in cursor.fetchall()} == set(LEDGERS) == set(ledgers())
    assert {ledger._meta.db_table for ledger in _LEDGERS} == set(LEDGERS)


@pytest.mark.parametrize("role", ["origin", "replica", "local"])
@pytest.mark.parametrize("table", LEDGERS)
def test_a_ledger_refuses_update_delete_and_truncate(
    written: Register, table: str, role: str
) -> None:
    key = KEYS.get(table, "id")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL session_replication_role = '{role}'")
    with nothing_changes():
        _refused(f"UPDATE {table} SET {CHANGES[table]}")
        _refused(f"DELETE FROM {table}")
        _refused(f"TRUNCATE {table} CASCADE")
        _refused(f"DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


@pytest.mark.parametrize("table", LEDGERS)
def test_an_upsert_is_no_way_around(written: Register, table: str) -> None:
    key = KEYS.get(table, "id")
    columns = f"{key}, " + CHANGES[table].partition(" =")[0]
    with nothing_changes():
        _refused(
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key})"
            f" DO UPDATE SET ({columns}) = (EXCLUDED.{key}, EXCLUDED.{columns.split(', ')[1]})"
        )


@pytest.mark.parametrize("table", LEDGERS)
def test_a_ledger_takes_new_entries(written: Register, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        before = cursor.fetchone()[0]
        _fill(written)
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > before
