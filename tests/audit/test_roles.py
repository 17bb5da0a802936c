"""Owner, application, auditor: each is really connected as, and tries what it may not do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.audit.guards import ledgers
from apps.audit.services.roles import SECRET, Roles, roles_sql
from apps.audit.services.sealing import seal_entries
from apps.audit.services.verifying import check_trail
from apps.common.sql import fetch_one
from apps.insights.services.checking import check_invariants
from tests.world import make_register

_OURS = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
ROLES = Roles(f"t_owner_{_OURS}", f"t_app_{_OURS}", f"t_auditor_{_OURS}")
COPY = f"roles_{_OURS}"


def connect(user: str | None = None, name: str = COPY) -> psycopg.Connection[Any]:
    params = connection.get_connection_params()
    plain = {key: params[key] for key in ("user", "password", "host", "port") if params.get(key)}
    if user:
        plain |= {"user": user, "password": "secret"}
    return psycopg.connect(dbname=name, autocommit=True, **plain)


@pytest.fixture
def split(transactional_db: None) -> Iterator[None]:
    """A copy of the test's database, with a sale in it and the roles applied; all gone afterwards."""
    register = make_register()
    register.sell()
    seal_entries()
    name, statements = str(connection.settings_dict["NAME"]), roles_sql(ROLES)
    connection.close()
    with connect(name="postgres") as server:
        server.execute(f"CREATE DATABASE {COPY} TEMPLATE {name}")
        try:
            with connect() as copy:
                copy.execute(statements.encode())
                copy.execute(statements.encode())  # it may be run again
            for role in (ROLES.owner, ROLES.app, ROLES.auditor):
                server.execute(f"ALTER ROLE {role} PASSWORD 'secret'")
            yield
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
            for role in (ROLES.owner, ROLES.app, ROLES.auditor):
                server.execute(f"DROP ROLE IF EXISTS {role}")


def outcome(conn: psycopg.Connection[Any], statement: str) -> str:
    """`ok`, or the kind of refusal."""
    try:
        conn.execute(statement.encode())
    except psycopg.Error as error:
        return type(error).__name__
    return "ok"


def test_each_role_may_do_its_work_and_no_more(split: None) -> None:
    with connect(ROLES.app) as app:
        for table in ledgers():
            assert outcome(app, f"SELECT 1 FROM {table}") == "ok"
            for statement in (
                f"UPDATE {table} SET {column_of(app, table)} = {column_of(app, table)}",
                f"DELETE FROM {table}", f"TRUNCATE {table}",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TRIGGER append_only ON {table}",
            ):  # fmt: skip
                assert outcome(app, statement) == "InsufficientPrivilege", statement
        assert outcome(app, "SET session_replication_role = replica") == "InsufficientPrivilege"
        assert outcome(app, "DROP FUNCTION refuse_change() CASCADE") == "InsufficientPrivilege"
        assert outcome(app, "CREATE TABLE mine (x int)") == "InsufficientPrivilege"
        assert outcome(app, "DELETE FROM django_migrations") == "InsufficientPrivilege"
        assert outcome(app, "UPDATE stores_store SET name = name") == "ok"
        assert outcome(app, "DELETE FROM audit_unsealedentry") == "ok"

    with connect(ROLES.auditor) as auditor:
        for table in ledgers():
            assert outcome(auditor, f"SELECT * FROM {table}") == "ok"
        assert [one for one in check_invariants(auditor.cursor()) if one.violations] == []
        assert list(check_trail(auditor.cursor())) == []
        for table in SECRET:
            assert outcome(auditor, f"SELECT * FROM {table}") == "InsufficientPrivilege"
        assert outcome(auditor, "UPDATE stores_store SET name = ''") == "ReadOnlySqlTransaction"
        auditor.execute("SET default_transaction_read_only = off")
        for statement in (
            "UPDATE stores_store SET name = ''", "DELETE FROM audit_auditentry",
            "INSERT INTO audit_seal VALUES (-2, 99, 2, '', '')", "CREATE TABLE mine (x int)",
        ):  # fmt: skip
            assert outcome(auditor, statement) == "InsufficientPrivilege", statement

    with connect(ROLES.app) as app:
        assert outcome(app, "INSERT INTO audit_seal VALUES (-1, 99, 1, '', '')") == "ok"

    with connect(ROLES.owner) as owner:
        assert outcome(owner, "DELETE FROM audit_auditentry") == "RestrictViolation"
        assert outcome(owner, "TRUNCATE audit_seal") == "RestrictViolation"
        assert outcome(owner, "ALTER TABLE stores_store ADD COLUMN more int") == "ok"
        assert outcome(owner, "CREATE TABLE new (id bigserial)") == "ok"
        assert outcome(owner, "SET session_replication_role = replica") == "InsufficientPrivilege"


@pytest.mark.django_db
def test_they_are_applied_by_the_command_too() -> None:
    with transaction.atomic():
        call_command(
            "audit", "roles", "--apply", owner="t_o", app="t_a", auditor="t_r", stdout=StringIO()
        )
        row = fetch_one(
            "SELECT has_table_privilege('t_a', 'audit_seal', 'INSERT'),"
            " has_table_privilege('t_a', 'audit_seal', 'DELETE'),"
            " has_table_privilege('t_r', 'audit_seal', 'SELECT'),"
            " (SELECT tableowner FROM pg_tables WHERE tablename = 'audit_seal')"
        )
        transaction.set_rollback(True)
    assert row == (True, False, True, "t_o")


def column_of(conn: psycopg.Connection[Any], table: str) -> str:
    row = conn.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
    ).fetchone()
    assert row is not None
    return str(row[0])
