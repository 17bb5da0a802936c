"""A manager's word is kept as it was said (see `inventory/migrations/0002_append_only.py`)."""

from django.db import migrations

TABLE = "returns_override"


class Migration(migrations.Migration):
    dependencies = [("returns", "0008_override"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {TABLE} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
                f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER append_only",
                f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER no_truncate",
            ],
            [
                f"DROP TRIGGER append_only ON {TABLE}",
                f"DROP TRIGGER no_truncate ON {TABLE}",
            ],
        ),
    ]
