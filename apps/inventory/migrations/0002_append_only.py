"""What moved, moved."""

from django.db import migrations

from apps.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial"), ("audit", "0002_append_only")]
    operations = [append_only("inventory_stockmovement")]
