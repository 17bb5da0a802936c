"""Deliveries, calls and attempts are cut by month (docs/adr/0038).

Deliveries by their event, so that «each event once per destination» still holds over all months;
attempts by their call. Foreign keys among them would keep a month from being put away.
"""

import django.db.models.deletion
from django.db import migrations, models


def _loosely(to):
    return models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to=to
    )


class Migration(migrations.Migration):
    dependencies = [("integrations", "0007_addresses_inside"), ("audit", "0007_months")]
    operations = [
        migrations.AlterField("attempt", "delivery", _loosely("integrations.delivery")),
        migrations.AlterField("attempt", "call", _loosely("integrations.call")),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE"),
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
