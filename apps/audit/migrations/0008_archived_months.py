"""What was put away, where, and under which digest: a ledger like the others."""

from django.db import migrations, models

_TABLE = "audit_archivedmonth"


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_months")]
    operations = [
        migrations.CreateModel(
            name="ArchivedMonth",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16, verbose_name="what")),
                ("month", models.DateField(verbose_name="month")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("rows", models.BigIntegerField(verbose_name="rows")),
                ("file", models.CharField(max_length=100, verbose_name="file")),
                ("bytes", models.BigIntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("until_id", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "archived month",
                "verbose_name_plural": "archived months",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "month"), name="archived_month_once")
                ],
            },
        ),
        migrations.RunSQL(
            [
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {_TABLE} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {_TABLE} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
                f"ALTER TABLE {_TABLE} ENABLE ALWAYS TRIGGER append_only",
                f"ALTER TABLE {_TABLE} ENABLE ALWAYS TRIGGER no_truncate",
            ],
            migrations.RunSQL.noop,
        ),
    ]
