"""What was done about a refund, and what came into and went out of store credit, stays."""

from django.db import migrations

from apps.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("refunds", "0001_initial"), ("audit", "0002_append_only")]
    operations = [append_only("refunds_refundevent", "refunds_storecreditentry")]
