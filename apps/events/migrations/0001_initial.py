import uuid

from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ordinal", models.BigIntegerField(unique=True)),
                (
                    "position",
                    models.BigIntegerField(
                        null=True, unique=True, verbose_name="place in the feed"
                    ),
                ),
                ("type", models.CharField(max_length=64, verbose_name="type")),
                ("subject_type", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64, verbose_name="subject")),
                ("sequence", models.PositiveIntegerField(verbose_name="n-th of its subject")),
                ("store_id", models.BigIntegerField(null=True)),
                ("store_number", models.CharField(blank=True, max_length=16, verbose_name="shop")),
                (
                    "terminal_number",
                    models.CharField(blank=True, max_length=16, verbose_name="register"),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="happened")),
                ("recorded_at", models.DateTimeField(verbose_name="heard")),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(
                        condition=models.Q(("position", None)),
                        fields=["ordinal"],
                        name="event_unplaced",
                    ),
                    models.Index(fields=["store_id", "position"], name="event_store_feed"),
                    models.Index(fields=["type", "-recorded_at"], name="event_type_recent"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_type", "subject_id", "sequence"),
                        name="event_sequence_once",
                    )
                ],
            },
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
        migrations.CreateModel(
            name="FeedHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("first_position", models.BigIntegerField(db_default=1)),
                ("last_position", models.BigIntegerField(default=0)),
                ("kept_after", models.DateTimeField(null=True)),
                ("epoch", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "verbose_name": "head of the feed",
                "verbose_name_plural": "head of the feed",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="feed_head_one_row")
                ],
            },
        ),
    ]
