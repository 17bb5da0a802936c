"""Entries from before there were seals wait for theirs like any other."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_seals_append_only")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO audit_unsealedentry (entry_id) SELECT id FROM audit_auditentry",
            migrations.RunSQL.noop,
        ),
    ]
