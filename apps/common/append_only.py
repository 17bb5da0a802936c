"""Ledgers that PostgreSQL itself keeps append-only: no UPDATE, no DELETE, no TRUNCATE."""

from __future__ import annotations

from django.db.migrations import RunSQL


def append_only(*tables: str) -> RunSQL:
    """The operation of a migration that depends on `audit.0002_append_only`.

    ENABLE ALWAYS: the triggers fire for replication roles too. Only somebody who may ALTER the table
    can get round them, which is why the application runs under a role that does not own it.
    """
    return RunSQL(
        [sql for table in tables for sql in _refusing(table)],
        [sql for table in tables for sql in _forgiving(table)],
    )


def _refusing(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_truncate",
    ]


def _forgiving(table: str) -> list[str]:
    return [f"DROP TRIGGER append_only ON {table}", f"DROP TRIGGER no_truncate ON {table}"]
