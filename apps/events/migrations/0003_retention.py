"""The feed keeps its last days: where it begins, and how far forgotten subjects were counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0002_ordinal_and_head")]
    operations = [
        migrations.AddField(
            model_name="feedhead",
            name="first_position",
            field=models.BigIntegerField(db_default=1),
        ),
        migrations.AddField(
            model_name="feedhead",
            name="kept_after",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="ForgottenSubject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_type", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                ("last_sequence", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_id"), name="event_forgotten_once"
                    )
                ],
            },
        ),
    ]
