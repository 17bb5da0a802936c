"""A manager's word is kept as it was said."""

from django.db import migrations

from apps.common.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("returns", "0005_published_stays"), ("audit", "0002_append_only")]
    operations = [append_only("returns_override")]
