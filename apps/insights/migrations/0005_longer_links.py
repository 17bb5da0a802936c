from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insights", "0004_inward_alerts")]

    operations = [
        migrations.AlterField(
            model_name="alert", name="link", field=models.CharField(max_length=1200)
        ),
    ]
