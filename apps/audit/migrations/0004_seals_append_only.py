"""Seals and checkpoints are append-only like the entries. What waits for a seal comes and goes."""

from django.db import migrations

TABLES = ["audit_seal", "audit_checkpoint"]
# A few rows at a time, thousands a minute: cleaned up by count, not by share of the table.
_VACUUM = """ALTER TABLE audit_unsealedentry
SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"""
_NO_VACUUM = """ALTER TABLE audit_unsealedentry
RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)"""


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
    dependencies = [("audit", "0003_seals_and_checkpoints")]
    operations = [
        migrations.RunSQL(
            [sql for table in TABLES for sql in _forward(table)],
            [sql for table in TABLES for sql in _backward(table)],
        ),
        migrations.RunSQL(_VACUUM, _NO_VACUUM),
    ]
