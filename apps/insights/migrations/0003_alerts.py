from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0002_reencryption"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dead-deliveries", "Events could not be delivered"),
                            ("flow-stale", "Events wait longer than they may"),
                            ("breaker-open", "A destination fails and is left alone"),
                            ("failing-for-a-day", "A destination fails for a day"),
                            ("destination-paused", "A destination was paused"),
                            ("destination-disabled", "A destination was disabled"),
                            ("register-notice", "Something about a register"),
                        ],
                        max_length=24,
                        verbose_name="what",
                    ),
                ),
                ("subject", models.CharField(max_length=160)),
                ("facts", models.JSONField(default=dict)),
                ("link", models.CharField(max_length=300)),
                ("opened_at", models.DateTimeField(verbose_name="since")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="over")),
                ("told_at", models.DateTimeField(null=True, verbose_name="mailed")),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "indexes": [
                    models.Index(fields=["kind", "subject", "-opened_at"], name="alert_before")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("kind", "subject"),
                        name="alert_once_while_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "dead-deliveries",
                                    "flow-stale",
                                    "breaker-open",
                                    "failing-for-a-day",
                                    "destination-paused",
                                    "destination-disabled",
                                    "register-notice",
                                ],
                            )
                        ),
                        name="alert_kind_known",
                    ),
                ],
            },
        ),
    ]
