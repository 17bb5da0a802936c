"""Events are cut by month, by their UUIDv7 (docs/adr/0038).

What is unique and does not hold the key is so within a month. Beyond that it holds because of who
gives it: ordinals come from a sequence, places from the one sequencer under the row lock of the head,
and the n-th of a subject under the lock of that subject. Checks 8.1 and 8.2 count after them.
"""

from django.db import migrations

_WITHIN = """
CREATE FUNCTION events_event_month(leaf text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE UNIQUE INDEX ON %I (ordinal)', leaf);
    EXECUTE format('CREATE UNIQUE INDEX ON %I (position)', leaf);
    EXECUTE format('CREATE UNIQUE INDEX ON %I (subject_type, subject_id, sequence)', leaf);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_ordinal_and_head"), ("audit", "0007_months")]
    operations = [
        migrations.RunSQL([(_WITHIN.replace("%", "%%"), [])]),
        migrations.RunSQL("SELECT start_months('events_event', 'id', ARRAY['PRIMARY KEY (id)'])"),
        migrations.RunSQL("ALTER SEQUENCE events_event_ordinal OWNED BY events_event.ordinal"),
    ]
