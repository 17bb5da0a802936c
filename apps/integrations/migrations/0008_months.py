"""Deliveries, calls and attempts are cut by month (docs/adr/0038).

Deliveries by their event, so that «each event once per destination» still holds over all months;
attempts by their call. No foreign keys among them: they would keep a month from being put away.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_published_mappings_stay"), ("audit", "0007_months")]
    operations = [
        migrations.RunSQL(
            "SELECT start_months('integrations_delivery', 'event_id', ARRAY["
            "'PRIMARY KEY (id, event_id)',"
            "'CONSTRAINT delivery_once UNIQUE (destination_id, event_id)'])"
        ),
        migrations.RunSQL(
            "SELECT start_months('integrations_call', 'id', ARRAY['PRIMARY KEY (id)'])"
        ),
        migrations.RunSQL(
            "SELECT start_months('integrations_attempt', 'call_id', ARRAY["
            "'PRIMARY KEY (id, call_id)',"
            "'CONSTRAINT attempt_once UNIQUE (delivery_id, number, call_id)'])"
        ),
    ]
