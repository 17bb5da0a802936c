"""The sequence that orders insertion, and the one row of the feed's head."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE events_event_ordinal OWNED BY events_event.ordinal",
            "DROP SEQUENCE events_event_ordinal",
        ),
        migrations.RunSQL(
            "INSERT INTO events_feedhead (id, last_position, epoch) VALUES (1, 0, gen_random_uuid())",
            migrations.RunSQL.noop,
        ),
    ]
