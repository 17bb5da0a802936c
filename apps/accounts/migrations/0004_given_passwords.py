from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_staff_access")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="password_is_given",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
