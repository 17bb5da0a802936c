"""Tables that were in use become tables by month: every row, id, link and guard is there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from apps.audit.services.sealing import seal_entries
from tests.audit.trail import chain, findings, write

pytestmark = pytest.mark.django_db(transaction=True)

SCRATCH = "converting"
BEFORE = [
    ("audit", "0002_append_only"),
    ("events", "0002_ordinal_and_head"),
    ("integrations", "0006_published_mappings_stay"),
]
AFTER = [("audit", "0007_months"), ("events", "0004_months"), ("integrations", "0008_months")]
CUT = (
    "audit_auditentry",
    "events_event",
    "integrations_delivery",
    "integrations_call",
    "integrations_attempt",
)
KEPT = (*CUT, "audit_seal", "audit_unsealedentry")
ROWS, UNSEALED, DESTINATIONS = 300, 20, 3

_BY_TYPE = {
    "bigint": "1", "integer": "1", "smallint": "1", "numeric": "1", "boolean": "false", "jsonb": "'{}'",
    "uuid": "gen_random_uuid()", "bytea": r"'\x00'", "timestamp with time zone": "{at}", "date": "{at}::date",
    "ARRAY": "'{}'", "character varying": "'x'", "text": "'x'",
    "time without time zone": "'00:00'", "inet": "'127.0.0.1'",
}  # fmt: skip
# Three months up to now, a third of the rows in each.
_AT = "(date_trunc('month', now()) - interval '2 months' + (g % 3) * interval '1 month' + g * interval '1 minute')"
_NEEDED = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_name = %s AND table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL
   AND is_identity = 'NO' AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
# A UUIDv7 of that time, the same whenever it is asked for.
_UUID = (
    "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex({kind}), 3, '0')"
    " || '8' || lpad(to_hex(g), 15, '0'))::uuid"
)
_CATALOGUE = """
SELECT c.relname, 'index', pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relname ~ %(cut)s
UNION ALL
SELECT c.relname, 'trigger ' || t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relname ~ %(cut)s AND t.tgname !~ '^RI_'
UNION ALL
SELECT c.relname, 'constraint ' || o.conname, pg_get_constraintdef(o.oid) FROM pg_constraint o
  JOIN pg_class c ON c.oid = o.conrelid WHERE c.relname ~ %(cut)s AND o.contype <> 'n'
UNION ALL
SELECT c.relname, 'bounds', pg_get_expr(c.relpartbound, c.oid) FROM pg_class c
 WHERE c.relispartition AND c.relkind = 'r' AND c.relname ~ %(cut)s
ORDER BY 1, 2, 3
"""


@pytest.fixture
def scratch() -> Iterator[list[tuple[Any, ...]]]:
    """An empty database that Django speaks to for as long as the test lasts.

    Given are indexes, triggers, constraints and bounds as the migrations leave them without any row.
    """
    own, catalogue = connection.settings_dict["NAME"], _catalogue()
    _run(f"DROP DATABASE IF EXISTS {SCRATCH}")
    _run(f"CREATE DATABASE {SCRATCH}")
    _turn_to(SCRATCH)
    try:
        yield catalogue
    finally:
        _turn_to(own)
        _run(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def test_a_database_in_use_is_converted(scratch: list[tuple[Any, ...]]) -> None:
    _migrate(BEFORE)
    _fill()
    before = {table: _rows(table) for table in KEPT}
    assert {len(rows) for rows in before.values()} == {ROWS, ROWS - UNSEALED, UNSEALED}

    _migrate(AFTER)

    for table in KEPT:
        assert _rows(table) == before[table], table
    _migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert _catalogue() == scratch
    assert findings() == []
    _goes_on()
    _refuses_changes()


def _fill() -> None:
    at = _AT
    event, call = (_UUID.format(at=at, kind=kind) for kind in (1, 2))
    _insert("audit_auditentry", at=at, action="'a.b'", subject_type="'return'", store_id="1 + g % 2",
            store_number="(1 + g % 2)::text")  # fmt: skip
    _run("INSERT INTO audit_unsealedentry (entry_id) SELECT id FROM audit_auditentry")
    waiting = f"SELECT id FROM audit_auditentry ORDER BY id DESC LIMIT {UNSEALED}"
    _run(f"DELETE FROM audit_unsealedentry WHERE entry_id IN ({waiting})")
    assert seal_entries() == ROWS - UNSEALED
    _run(f"INSERT INTO audit_unsealedentry (entry_id) {waiting}")
    _insert(
        "integrations_destination",
        DESTINATIONS,
        kind="'webhook'",
        status="'active'",
        name="'d' || g",
        id=_UUID.format(at="now()", kind=9),
    )
    some = (
        f"(SELECT id FROM integrations_destination ORDER BY id OFFSET g % {DESTINATIONS} LIMIT 1)"
    )
    _insert("events_event", id=event, position="nullif(g, 300)", subject_id="'s' || g % 10",
            sequence="1 + g / 10", ordinal="g")  # fmt: skip
    _insert("integrations_delivery", event_id=event, destination_id=some, status="'dead'")
    _insert("integrations_call", id=call, destination_id=some)
    _insert("integrations_attempt", call_id=call, number="1",
            delivery_id="(SELECT id FROM integrations_delivery ORDER BY id OFFSET g - 1 LIMIT 1)")  # fmt: skip


def _insert(table: str, rows: int = ROWS, **said: str) -> None:
    """So many rows; what is not said is filled by its type."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDED, [table])
        for name, kind in cursor.fetchall():
            said.setdefault(name, _BY_TYPE[kind].replace("{at}", _AT))
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(said)}) SELECT {', '.join(said.values())}"
            f" FROM generate_series(1, {rows}) AS g"
        )


def _goes_on() -> None:
    """New entries follow the old ones, and what waited for its seal gets it."""
    length = len(chain(1)) + len(chain(2))
    write(1, "a.b")
    assert seal_entries() == UNSEALED + 1
    assert len(chain(1)) + len(chain(2)) == length + UNSEALED + 1
    assert findings() == []


def _refuses_changes() -> None:
    for statement in ("UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"):
        for table in ("audit_auditentry", _leaf("audit_auditentry")):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                _run(statement.format(table))


def _leaf(table: str) -> str:
    """The month that holds what was there before."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT tableoid::regclass::text FROM {table} WHERE action = 'a.b'"
                       " ORDER BY 1 LIMIT 1")  # fmt: skip
        return str(cursor.fetchone()[0])


def _migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def _rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
        return [row for (row,) in cursor.fetchall()]


def _catalogue() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_CATALOGUE, {"cut": f"^({'|'.join(CUT)})(_y[0-9]+m[0-9]+|_rest)?$"})
        return list(cursor.fetchall())


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
