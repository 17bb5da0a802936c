"""Published versions of field mappings are kept as they are by PostgreSQL itself; drafts may change.

What was sent is explained by the version that made it. As for the ledgers (audit 0002): ENABLE
ALWAYS, and only somebody who may ALTER the table can get round it.
"""

from django.db import migrations

TABLE = "integrations_mappingversion"


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_destinations"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW "
                "WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
                f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
                f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER published_stays",
                f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER no_truncate",
            ],
            [f"DROP TRIGGER published_stays ON {TABLE}", f"DROP TRIGGER no_truncate ON {TABLE}"],
        ),
    ]
