"""Ledgers that PostgreSQL itself keeps append-only: no UPDATE, no DELETE, no TRUNCATE.

ENABLE ALWAYS: the triggers fire for replication roles too. Only somebody who may ALTER the table
can get round them, which is why the application runs under a role that does not own it.
"""

from django.db import migrations

TABLES = ["refunds_refundevent", "refunds_storecreditentry"]


def _forward(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER no_truncate",
    ]


def _backward(table: str) -> list[str]:
    return [f"DROP TRIGGER append_only ON {table}", f"DROP TRIGGER no_truncate ON {table}"]


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            [sql for table in TABLES for sql in _forward(table)],
            [sql for table in TABLES for sql in _backward(table)],
        ),
    ]
