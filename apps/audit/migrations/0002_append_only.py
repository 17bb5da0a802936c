"""The trail, its seals and checkpoints, and what was put away are append-only.

What waits for a seal comes and goes.
"""

from django.db import migrations

from apps.common.append_only import append_only

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
          USING ERRCODE = 'restrict_violation';
END $$
"""
# A few rows at a time, thousands a minute: cleaned up by count, not by share of the table.
_VACUUM = """ALTER TABLE audit_unsealedentry
SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"""
_NO_VACUUM = """ALTER TABLE audit_unsealedentry
RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL([(REFUSE.replace("%", "%%"), [])], "DROP FUNCTION refuse_change()"),
        append_only("audit_auditentry", "audit_seal", "audit_checkpoint", "audit_archivedmonth"),
        migrations.RunSQL(_VACUUM, _NO_VACUUM),
    ]
