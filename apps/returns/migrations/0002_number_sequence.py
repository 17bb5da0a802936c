"""Return numbers: one sequence for all shops, so that no two returns ever wait for a number."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE returns_number", "DROP SEQUENCE returns_number"),
    ]
