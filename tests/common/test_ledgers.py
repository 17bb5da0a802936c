"""Ledgers are append-only, and it is PostgreSQL that says so."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import AuditEntry
from apps.inventory.models import StockMovement
from apps.refunds.models import RefundEvent, StoreCreditEntry
from tests.world import Register, nothing_changes

CHANGES = {
    "audit_auditentry": "reason = 'nothing happened'",
    "refunds_refundevent": "kind = 'cancel'",
    "refunds_storecreditentry": "amount_minor = 0",
    "inventory_stockmovement": "quantity = 1",
}
LEDGERS = tuple(CHANGES)


@pytest.fixture
def written(register: Register) -> Register:
    """The register, after a return that left an entry in every ledger."""
    register.take_back(register.sell(), refund_to="store_credit")
    for ledger in (AuditEntry, RefundEvent, StoreCreditEntry, StockMovement):
        assert ledger._default_manager.exists()
    return register


def _refused(statement: str) -> None:
    refused = pytest.raises(DatabaseError, match="is append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_list_of_ledgers_is_whole(db: None) -> None:
    guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
    with connection.cursor() as cursor:
        cursor.execute(guarded)
        assert {name for (name,) in cursor.fetchall()} == set(LEDGERS)


@pytest.mark.parametrize("role", ["origin", "replica", "local"])
@pytest.mark.parametrize("table", LEDGERS)
def test_a_ledger_refuses_update_delete_and_truncate(
    written: Register, table: str, role: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL session_replication_role = '{role}'")
    with nothing_changes():
        _refused(f"UPDATE {table} SET {CHANGES[table]}")
        _refused(f"DELETE FROM {table}")
        _refused(f"TRUNCATE {table} CASCADE")
        _refused(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


@pytest.mark.parametrize("table", LEDGERS)
def test_an_upsert_is_no_way_around(written: Register, table: str) -> None:
    columns = "id, " + CHANGES[table].partition(" =")[0]
    with nothing_changes():
        _refused(
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id)"
            f" DO UPDATE SET ({columns}) = (EXCLUDED.id, EXCLUDED.{columns.split(', ')[1]})"
        )


@pytest.mark.parametrize("table", LEDGERS)
def test_a_ledger_takes_new_entries(written: Register, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        before = cursor.fetchone()[0]
        written.take_back(written.sell(), refund_to="store_credit")
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > before
