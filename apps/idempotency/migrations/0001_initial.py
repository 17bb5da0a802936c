from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("terminal_id", models.UUIDField(verbose_name="register")),
                ("key", models.CharField(max_length=255, verbose_name="Idempotency-Key")),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("method", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=255, verbose_name="address")),
                ("effect", models.CharField(blank=True, max_length=80, verbose_name="effect")),
                ("status", models.PositiveSmallIntegerField(verbose_name="answer")),
                ("body", models.BinaryField()),
                ("request_id", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "request",
                "verbose_name_plural": "requests",
                "indexes": [
                    models.Index(fields=["created_at"], name="idempotent_created"),
                    models.Index(
                        condition=models.Q(("effect", ""), _negated=True),
                        fields=["effect"],
                        name="idempotent_effect",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("terminal_id", "key"), name="idempotent_once")
                ],
            },
        ),
    ]
