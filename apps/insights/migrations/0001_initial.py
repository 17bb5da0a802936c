from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "heartbeat",
                "verbose_name_plural": "heartbeats",
            },
        ),
        migrations.CreateModel(
            name="VerifyRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "seconds",
                    models.DecimalField(decimal_places=3, max_digits=8, verbose_name="seconds"),
                ),
                ("violations", models.PositiveIntegerField(verbose_name="violations")),
                ("results", models.JSONField(verbose_name="results")),
            ],
            options={
                "verbose_name": "check of the invariants",
                "verbose_name_plural": "checks of the invariants",
                "indexes": [models.Index(fields=["-at"], name="verify_run_recent")],
            },
        ),
        migrations.CreateModel(
            name="Reencryption",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=8, verbose_name="key")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("asked_by", models.CharField(max_length=150, verbose_name="asked for by")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="values")),
                ("seen", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                (
                    "reencrypted",
                    models.PositiveIntegerField(default=0, verbose_name="re-encrypted"),
                ),
                ("unreadable", models.PositiveIntegerField(default=0, verbose_name="unreadable")),
            ],
            options={
                "verbose_name": "re-encryption",
                "verbose_name_plural": "re-encryptions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("finished_at",),
                        name="reencryption_one_open",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
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
                            ("source-late", "A source was not read in time"),
                            ("inward-refused", "What came in could not be applied"),
                            ("months-not-made", "Months of a table are missing"),
                        ],
                        max_length=24,
                        verbose_name="what",
                    ),
                ),
                ("subject", models.CharField(max_length=160)),
                ("facts", models.JSONField(default=dict)),
                ("link", models.CharField(max_length=1200)),
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
                                    "source-late",
                                    "inward-refused",
                                    "months-not-made",
                                ],
                            )
                        ),
                        name="alert_kind_known",
                    ),
                ],
            },
        ),
    ]
