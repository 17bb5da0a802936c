import datetime

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import apps.common.encrypted
import apps.common.ids
import apps.integrations.models.destinations
import apps.integrations.models.flows
import apps.integrations.models.shops
import apps.stores.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("sales", "0001_initial"),
        ("stores", "0001_initial"),
        ("terminals", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
            ],
            options={
                "verbose_name": "field mapping",
                "verbose_name_plural": "field mappings",
            },
        ),
        migrations.CreateModel(
            name="Destination",
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
                (
                    "name",
                    models.CharField(
                        help_text="What people here call that system.",
                        max_length=80,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("webhook", "Webhook"),
                            ("rest", "REST"),
                            ("journal", "Accounting journal"),
                            ("file", "File drop"),
                            ("tryton", "Tryton"),
                        ],
                        default="webhook",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        blank=True,
                        help_text="Where requests go, such as https://erp.example/hooks/returns. Public addresses, and those inside that operators allow; redirects are not followed.",
                        max_length=500,
                        validators=[apps.integrations.models.destinations.validate_address],
                        verbose_name="address",
                    ),
                ),
                (
                    "config",
                    models.JSONField(blank=True, default=dict, verbose_name="settings of its kind"),
                ),
                (
                    "credentials",
                    apps.common.encrypted.EncryptedTextField(null=True, verbose_name="credentials"),
                ),
                (
                    "credentials_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="credentials set"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Disabled"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("status_reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                (
                    "mapping",
                    models.ForeignKey(
                        blank=True,
                        help_text="What the destination gets of an event. Empty: the event as it is.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="integrations.mapping",
                        verbose_name="field mapping",
                    ),
                ),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Such as return.completed, or refund.* for all that begin so. Empty: all.",
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        help_text="Numbers of shops. Empty: all.",
                        size=None,
                        verbose_name="shops",
                    ),
                ),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="regions",
                    ),
                ),
                (
                    "return_scope",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full", "Full returns only"),
                            ("partial", "Partial returns only"),
                        ],
                        default="",
                        help_text="Whether the return took everything back that was sold, or a part.",
                        max_length=8,
                        verbose_name="returns",
                    ),
                ),
                (
                    "least_amount_minor",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="In minor units (cents). Returns and refunds below are not sent.",
                        null=True,
                        verbose_name="from an amount of",
                    ),
                ),
                (
                    "sync_mode",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("every", "Every so often"),
                            ("daily", "Daily"),
                        ],
                        default="at_once",
                        max_length=8,
                        verbose_name="sent",
                    ),
                ),
                (
                    "every_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "daily_at",
                    models.TimeField(default=datetime.time(2, 0), verbose_name="daily at"),
                ),
                (
                    "daily_zone",
                    models.CharField(
                        default="Europe/Berlin", max_length=64, verbose_name="time zone"
                    ),
                ),
                (
                    "batch_size",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="At most; a webhook always carries one.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="events in a call",
                    ),
                ),
                (
                    "max_age_seconds",
                    models.PositiveIntegerField(
                        default=900,
                        help_text="Seconds that an event may wait before this destination shows red.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="late after",
                    ),
                ),
                (
                    "ordered",
                    models.BooleanField(
                        default=False,
                        help_text="Events of one return (or sale, or refund) go out one after the other; one that cannot be delivered holds back those behind it, of the same return only.",
                        verbose_name="in order",
                    ),
                ),
                (
                    "schedule",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        default=apps.integrations.models.destinations.standard_schedule,
                        help_text="Seconds to wait before each attempt, the first included.",
                        size=None,
                        verbose_name="attempts",
                    ),
                ),
                (
                    "permanent_statuses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        blank=True,
                        default=list,
                        help_text="HTTP statuses such as 400 and 422: to the error queue after three attempts.",
                        size=None,
                        verbose_name="answers that no repetition heals",
                    ),
                ),
                (
                    "when_exhausted",
                    models.CharField(
                        choices=[
                            ("park", "To the error queue"),
                            ("pause", "To the error queue, and pause the destination"),
                        ],
                        default="park",
                        max_length=8,
                        verbose_name="when all attempts are used up",
                    ),
                ),
                (
                    "rate_per_minute",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="At most; 0 is no limit.",
                        verbose_name="calls a minute",
                    ),
                ),
                (
                    "concurrency",
                    models.PositiveIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(16),
                        ],
                        verbose_name="calls at a time",
                    ),
                ),
                (
                    "timeout_seconds",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="time for a call",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "destination",
                "verbose_name_plural": "destinations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["webhook", "rest", "journal", "file", "tryton"])
                        ),
                        name="destination_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "paused", "disabled"])),
                        name="destination_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DestinationHealth",
            fields=[
                (
                    "destination",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="health",
                        serialize=False,
                        to="integrations.destination",
                    ),
                ),
                (
                    "failures_in_a_row",
                    models.PositiveIntegerField(default=0, verbose_name="failures in a row"),
                ),
                ("open_until", models.DateTimeField(null=True, verbose_name="left alone until")),
                ("opened_for_seconds", models.PositiveIntegerField(default=0)),
                ("probing_until", models.DateTimeField(null=True)),
                ("recent", models.JSONField(default=list)),
                ("last_run_at", models.DateTimeField(null=True, verbose_name="last run")),
                ("last_success_at", models.DateTimeField(null=True, verbose_name="last success")),
                ("last_failure_at", models.DateTimeField(null=True, verbose_name="last failure")),
                ("failing_since", models.DateTimeField(null=True, verbose_name="failing since")),
                ("disabled_position", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "health of a destination",
                "verbose_name_plural": "health of destinations",
            },
        ),
        migrations.CreateModel(
            name="WebhookSecret",
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
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="integrations.destination",
                        verbose_name="destination",
                    ),
                ),
                (
                    "secret",
                    apps.common.encrypted.EncryptedTextField(null=True, verbose_name="secret"),
                ),
                ("hint", models.CharField(max_length=16, verbose_name="begins with")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("retiring", "Retiring"),
                            ("revoked", "Revoked"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("not_after", models.DateTimeField(null=True, verbose_name="signs until")),
            ],
            options={
                "verbose_name": "webhook secret",
                "verbose_name_plural": "webhook secrets",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "retiring")),
                        fields=["not_after"],
                        name="webhook_overlap",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "retiring", "revoked"])),
                        name="webhook_secret_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["active", "retiring"])),
                        fields=("destination", "status"),
                        name="webhook_secret_one_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "retiring"), _negated=True),
                            ("not_after__isnull", False),
                            _connector="OR",
                        ),
                        name="webhook_secret_overlap_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("secret__isnull", True), ("status", "revoked")),
                            models.Q(
                                ("secret__isnull", False), ("status__in", ["active", "retiring"])
                            ),
                            _connector="OR",
                        ),
                        name="webhook_secret_forgotten",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedReader",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "reader of the feed",
                "verbose_name_plural": "readers of the feed",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="integrations.destination",
                        verbose_name="destination",
                    ),
                ),
                ("event_id", models.UUIDField(verbose_name="event")),
                ("event_type", models.CharField(max_length=64, verbose_name="type")),
                ("position", models.BigIntegerField(verbose_name="place in the feed")),
                ("subject", models.CharField(max_length=100, verbose_name="subject")),
                ("sequence", models.PositiveIntegerField(verbose_name="n-th of its subject")),
                ("label", models.CharField(blank=True, max_length=64, verbose_name="about")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("sending", "Being sent"),
                            ("delivered", "Delivered"),
                            ("dead", "Failed"),
                            ("resolved", "Resolved"),
                            ("discarded", "Discarded"),
                        ],
                        default="pending",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("tries", models.PositiveIntegerField(default=0, verbose_name="tries")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                ("lease_until", models.DateTimeField(null=True)),
                ("first_failed_at", models.DateTimeField(null=True, verbose_name="failing since")),
                ("cause", models.CharField(blank=True, max_length=80, verbose_name="cause")),
                (
                    "detail",
                    models.CharField(blank=True, max_length=200, verbose_name="what was said"),
                ),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.CharField(blank=True, max_length=160, verbose_name="settled by"),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["destination", "next_attempt_at", "id"],
                        name="delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["pending", "sending"])),
                        fields=["destination", "created_at"],
                        name="delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("status", "sending")),
                        fields=["destination", "lease_until"],
                        name="delivery_leased",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["pending", "sending", "dead"])),
                        fields=["destination", "subject", "sequence"],
                        name="delivery_in_order",
                    ),
                    models.Index(
                        condition=models.Q(("status", "dead")),
                        fields=["destination", "cause", "-id"],
                        name="delivery_dead",
                    ),
                    models.Index(fields=["destination", "-id"], name="delivery_of_destination"),
                    models.Index(fields=["subject", "id"], name="delivery_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("destination", "event_id"), name="delivery_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "pending",
                                    "sending",
                                    "delivered",
                                    "dead",
                                    "resolved",
                                    "discarded",
                                ],
                            )
                        ),
                        name="delivery_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "sending"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_sending_leased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["resolved", "discarded"]), _negated=True),
                            models.Q(
                                models.Q(("note", ""), _negated=True),
                                models.Q(("settled_by", ""), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_put_away_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
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
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="integrations.destination",
                        verbose_name="destination",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="took")),
                ("status", models.PositiveIntegerField(null=True, verbose_name="answered")),
                ("problem", models.CharField(blank=True, max_length=64, verbose_name="problem")),
                ("request_head", models.JSONField(default=dict, verbose_name="headers sent")),
                ("request_body", models.TextField(blank=True, verbose_name="sent")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "indexes": [models.Index(fields=["destination", "-at"], name="call_recent")],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="integrations.delivery",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="n-th")),
                (
                    "call",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="integrations.call",
                    ),
                ),
                ("outcome", models.CharField(max_length=16, verbose_name="outcome")),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "constraints": [
                    models.UniqueConstraint(fields=("delivery", "number"), name="attempt_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncFlow",
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
                (
                    "name",
                    models.CharField(
                        help_text="What people here call that source.",
                        max_length=80,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("catalogue", "Catalogue"), ("stock", "Stock")],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="What is asked with GET, such as https://erp.example/api/items. Public addresses, and those inside that operators allow; redirects are not followed.",
                        max_length=500,
                        validators=[apps.integrations.models.destinations.validate_address],
                        verbose_name="address",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused")],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("header", "A key in a header"),
                            ("basic", "User name and password"),
                            ("bearer", "A bearer token"),
                        ],
                        default="none",
                        max_length=16,
                        verbose_name="access",
                    ),
                ),
                (
                    "credentials",
                    apps.common.encrypted.EncryptedTextField(null=True, verbose_name="credentials"),
                ),
                (
                    "timing",
                    models.CharField(
                        choices=[("every", "Every so often"), ("daily", "Daily")],
                        default="every",
                        max_length=8,
                        verbose_name="read",
                    ),
                ),
                (
                    "every_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "daily_at",
                    models.TimeField(default=datetime.time(4, 0), verbose_name="daily at"),
                ),
                (
                    "daily_zone",
                    models.CharField(
                        default="Europe/Berlin",
                        max_length=64,
                        validators=[apps.stores.models.validate_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "max_age_seconds",
                    models.PositiveIntegerField(
                        default=3600,
                        help_text="Seconds without a complete reading after which this flow shows red.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="late after",
                    ),
                ),
                (
                    "paging",
                    models.CharField(
                        choices=[
                            ("cursor", "By the source's own cursor"),
                            ("since", "By the time of change"),
                        ],
                        default="cursor",
                        help_text="By the source's own cursor wherever it has one: a time can miss late changes.",
                        max_length=8,
                        verbose_name="goes on",
                    ),
                ),
                (
                    "page_size",
                    models.PositiveIntegerField(
                        default=500,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(2000),
                        ],
                        verbose_name="records in a page",
                    ),
                ),
                (
                    "size_name",
                    models.CharField(
                        blank=True,
                        default="limit",
                        max_length=40,
                        verbose_name="parameter for the size",
                    ),
                ),
                (
                    "cursor_name",
                    models.CharField(
                        default="cursor", max_length=40, verbose_name="parameter for the cursor"
                    ),
                ),
                (
                    "since_name",
                    models.CharField(
                        default="updated_since",
                        max_length=40,
                        verbose_name="parameter for the time",
                    ),
                ),
                (
                    "overlap_seconds",
                    models.PositiveIntegerField(
                        default=120,
                        help_text="Seconds that are asked for again, by time: what was committed late is met then.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="overlap",
                    ),
                ),
                (
                    "records_path",
                    models.CharField(
                        blank=True,
                        default="items",
                        help_text="JMESPath. Empty: the answer itself is the list.",
                        max_length=200,
                        verbose_name="records stand at",
                    ),
                ),
                (
                    "next_path",
                    models.CharField(
                        blank=True,
                        default="next",
                        help_text="JMESPath: a cursor, a page number, or an address on the same host.",
                        max_length=200,
                        verbose_name="the next page stands at",
                    ),
                ),
                (
                    "changed_path",
                    models.CharField(
                        blank=True,
                        default="updated_at",
                        help_text="JMESPath within a record; needed when it goes on by time.",
                        max_length=200,
                        verbose_name="the time of change stands at",
                    ),
                ),
                (
                    "template",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Our word: an expression over the record, such as “=item.number”. Empty: as it is.",
                        validators=[apps.integrations.models.flows.validate_template],
                        verbose_name="mapping",
                    ),
                ),
                (
                    "behind_seconds",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Stock: seconds until the source knows of what moves here.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="runs behind by",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "sync flow",
                "verbose_name_plural": "sync flows",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["catalogue", "stock"])),
                        name="sync_flow_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "paused"])),
                        name="sync_flow_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="integrations.syncflow",
                        verbose_name="flow",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cut", "Goes on"),
                            ("failed", "Failed"),
                            ("died", "Died"),
                        ],
                        default="running",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="began")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("pages", models.PositiveIntegerField(default=0, verbose_name="pages")),
                ("records_new", models.PositiveIntegerField(default=0, verbose_name="new")),
                ("records_changed", models.PositiveIntegerField(default=0, verbose_name="changed")),
                (
                    "records_same",
                    models.PositiveIntegerField(default=0, verbose_name="as they were"),
                ),
                ("records_refused", models.PositiveIntegerField(default=0, verbose_name="refused")),
                ("cursor_before", models.TextField(blank=True, verbose_name="cursor before")),
                ("cursor_now", models.TextField(blank=True, verbose_name="cursor after")),
                ("cause", models.CharField(blank=True, max_length=80, verbose_name="cause")),
                (
                    "detail",
                    models.CharField(blank=True, max_length=500, verbose_name="what was said"),
                ),
            ],
            options={
                "verbose_name": "sync run",
                "verbose_name_plural": "sync runs",
                "indexes": [
                    models.Index(fields=["flow", "-id"], name="sync_run_of_flow"),
                    models.Index(fields=["ended_at"], name="sync_run_ended_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["running", "done", "cut", "failed", "died"])
                        ),
                        name="sync_run_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("status", "running")),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="sync_run_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("flow",),
                        name="sync_run_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncState",
            fields=[
                (
                    "flow",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="integrations.syncflow",
                    ),
                ),
                ("cursor", models.TextField(blank=True, verbose_name="cursor")),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="integrations.syncrun",
                    ),
                ),
                ("lease_ends_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("retry_at", models.DateTimeField(null=True, verbose_name="next try")),
                ("started_at", models.DateTimeField(null=True, verbose_name="last begun")),
                ("done_at", models.DateTimeField(null=True, verbose_name="last complete")),
                ("failed_first_at", models.DateTimeField(null=True, verbose_name="failing since")),
                (
                    "failures_in_a_row",
                    models.PositiveIntegerField(default=0, verbose_name="failures in a row"),
                ),
            ],
            options={
                "verbose_name": "state of a sync flow",
                "verbose_name_plural": "states of sync flows",
            },
        ),
        migrations.CreateModel(
            name="RejectedRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejected",
                        to="integrations.syncflow",
                        verbose_name="flow",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="integrations.syncrun",
                        verbose_name="last run",
                    ),
                ),
                ("key", models.CharField(max_length=160, verbose_name="about")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a person"),
                            ("resolved", "Resolved"),
                            ("discarded", "Discarded"),
                        ],
                        default="open",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("cause", models.CharField(max_length=80, verbose_name="cause")),
                ("detail", models.CharField(max_length=500, verbose_name="why")),
                ("raw", models.TextField(verbose_name="as it came")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("last_at", models.DateTimeField(verbose_name="last came")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.CharField(blank=True, max_length=160, verbose_name="settled by"),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "rejected record",
                "verbose_name_plural": "rejected records",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["flow", "cause", "-id"],
                        name="rejected_record_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("flow", "key"), name="rejected_record_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "resolved", "discarded"])),
                        name="rejected_record_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "open"),
                            models.Q(
                                models.Q(("note", ""), _negated=True),
                                models.Q(("settled_by", ""), _negated=True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="rejected_record_put_away_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stretch", "Send a stretch of time again"),
                            ("catch_up", "Send what happened meanwhile"),
                            ("replay", "Try again all that failed alike"),
                            ("resolve", "Resolve all that failed alike"),
                            ("discard", "Discard all that failed alike"),
                            ("discard_one", "Discard one"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="integrations.destination",
                        verbose_name="destination",
                    ),
                ),
                ("about", models.JSONField(default=dict, verbose_name="of these")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("asked_by", models.CharField(max_length=160, verbose_name="asked for by")),
                ("asked_by_id", models.CharField(max_length=64)),
                (
                    "needs_second",
                    models.BooleanField(default=False, verbose_name="needs a second person"),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
                    models.CharField(blank=True, max_length=160, verbose_name="answered by"),
                ),
                ("answered_by_id", models.CharField(blank=True, max_length=64)),
                ("declined", models.BooleanField(default=False, verbose_name="declined")),
                ("due_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("total", models.PositiveIntegerField(null=True, verbose_name="to look at")),
                ("seen", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("reached", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("due_at__isnull", False), ("finished_at__isnull", True)
                        ),
                        fields=["due_at"],
                        name="job_due",
                    ),
                    models.Index(
                        condition=models.Q(("due_at__isnull", True), ("finished_at__isnull", True)),
                        fields=["asked_at"],
                        name="job_waiting_for_second",
                    ),
                    models.Index(fields=["destination", "-id"], name="job_of_destination"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "stretch",
                                    "catch_up",
                                    "replay",
                                    "resolve",
                                    "discard",
                                    "discard_one",
                                ],
                            )
                        ),
                        name="job_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by_id", ""),
                            models.Q(("answered_by_id", models.F("asked_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="job_second_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("needs_second", False),
                            ("due_at__isnull", True),
                            models.Q(
                                models.Q(("answered_by_id", ""), _negated=True), ("declined", False)
                            ),
                            _connector="OR",
                        ),
                        name="job_second_before_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["resolve", "discard", "discard_one"]), _negated=True
                            ),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="job_put_away_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="integrations.mapping",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("template", models.JSONField(default=dict, verbose_name="template")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("created_by", models.CharField(max_length=160, verbose_name="made by")),
                ("published_at", models.DateTimeField(null=True, verbose_name="in force since")),
            ],
            options={
                "verbose_name": "mapping version",
                "verbose_name_plural": "mapping versions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mapping", "number"), name="mapping_version_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebShop",
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
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "domain",
                    models.CharField(
                        blank=True,
                        help_text="As Shopify calls the shop, such as quiet-harbour.myshopify.com. Empty: any.",
                        max_length=200,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9.-]*$", "Such as quiet-harbour.myshopify.com."
                            )
                        ],
                        verbose_name="domain",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        help_text="The shop here that its orders are sales of: its stock, currency and time zone.",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                (
                    "receipt_prefix",
                    models.CharField(
                        help_text="Order #1001 gets the receipt number WS-1001 with the prefix WS-.",
                        max_length=16,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9-]+$", "Letters, digits and hyphens."
                            )
                        ],
                        verbose_name="receipts begin with",
                    ),
                ),
                (
                    "gateways",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What differs from the usual, by the shop's name of it; see the guide.",
                        validators=[apps.integrations.models.shops.validate_gateways],
                        verbose_name="ways to pay",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("disabled", "Disabled")],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "web shop",
                "verbose_name_plural": "web shops",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "disabled"])),
                        name="web_shop_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebShopHealth",
            fields=[
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="health",
                        serialize=False,
                        to="integrations.webshop",
                    ),
                ),
                ("last_received_at", models.DateTimeField(null=True, verbose_name="last message")),
                (
                    "bad_signatures",
                    models.PositiveBigIntegerField(default=0, verbose_name="bad signatures"),
                ),
                ("last_bad_at", models.DateTimeField(null=True, verbose_name="last bad signature")),
                ("bad_told_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "health of a web shop",
                "verbose_name_plural": "health of web shops",
            },
        ),
        migrations.CreateModel(
            name="WebShopSecret",
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
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="integrations.webshop",
                        verbose_name="web shop",
                    ),
                ),
                (
                    "secret",
                    apps.common.encrypted.EncryptedTextField(null=True, verbose_name="secret"),
                ),
                ("hint", models.CharField(max_length=16, verbose_name="begins with")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("retiring", "Retiring"),
                            ("revoked", "Revoked"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("not_after", models.DateTimeField(null=True, verbose_name="good until")),
            ],
            options={
                "verbose_name": "secret of a web shop",
                "verbose_name_plural": "secrets of web shops",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "retiring", "revoked"])),
                        name="web_shop_secret_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["active", "retiring"])),
                        fields=("shop", "status"),
                        name="web_shop_secret_one_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "retiring"), _negated=True),
                            ("not_after__isnull", False),
                            _connector="OR",
                        ),
                        name="web_shop_secret_overlap_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("secret__isnull", True), ("status", "revoked")),
                            models.Q(
                                ("secret__isnull", False), ("status__in", ["active", "retiring"])
                            ),
                            _connector="OR",
                        ),
                        name="web_shop_secret_forgotten",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
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
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="integrations.webshop",
                        verbose_name="web shop",
                    ),
                ),
                ("topic", models.CharField(max_length=64, verbose_name="topic")),
                (
                    "webhook_id",
                    models.CharField(blank=True, max_length=64, verbose_name="webhook id"),
                ),
                ("event_id", models.CharField(blank=True, max_length=64, verbose_name="event id")),
                ("order_ref", models.CharField(max_length=64, verbose_name="order id")),
                ("label", models.CharField(blank=True, max_length=64, verbose_name="order")),
                ("body", models.JSONField(verbose_name="what was kept")),
                ("body_hash", models.BinaryField(max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("applied", "Applied"),
                            ("duplicate", "Nothing new"),
                            ("noted", "Noted"),
                            ("held", "Held"),
                            ("rejected", "Rejected"),
                            ("resolved", "Resolved"),
                        ],
                        default="received",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=80, verbose_name="cause")),
                ("detail", models.CharField(blank=True, max_length=500, verbose_name="why")),
                (
                    "sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="sales.sale",
                        verbose_name="sale",
                    ),
                ),
                ("counted", models.JSONField(default=dict, verbose_name="counted")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.CharField(blank=True, max_length=160, verbose_name="settled by"),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("last_at", models.DateTimeField(verbose_name="last came")),
            ],
            options={
                "verbose_name": "message of a web shop",
                "verbose_name_plural": "messages of web shops",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "received")),
                        fields=["next_attempt_at", "id"],
                        name="inbound_message_due",
                    ),
                    models.Index(fields=["shop", "order_ref", "id"], name="inbound_message_order"),
                    models.Index(
                        condition=models.Q(("label", ""), _negated=True),
                        fields=["label"],
                        name="inbound_message_label",
                    ),
                    models.Index(fields=["-received_at", "-id"], name="inbound_message_recent"),
                    models.Index(
                        condition=models.Q(("status", "rejected")),
                        fields=["shop", "cause", "-id"],
                        name="inbound_message_trouble",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("webhook_id", ""), _negated=True),
                        fields=("shop", "topic", "webhook_id"),
                        name="inbound_message_once_by_id",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("event_id", ""), _negated=True),
                        fields=("shop", "topic", "event_id"),
                        name="inbound_message_once_by_event",
                    ),
                    models.UniqueConstraint(
                        fields=("shop", "topic", "body_hash"), name="inbound_message_once_by_body"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "applied")),
                        fields=("shop", "order_ref"),
                        name="inbound_message_one_sale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "received",
                                    "applied",
                                    "duplicate",
                                    "noted",
                                    "held",
                                    "rejected",
                                    "resolved",
                                ],
                            )
                        ),
                        name="inbound_message_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "applied"), _negated=True),
                            ("sale__isnull", False),
                            _connector="OR",
                        ),
                        name="inbound_message_applied_has_sale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "received"), _negated=True),
                            ("next_attempt_at__isnull", False),
                            _connector="OR",
                        ),
                        name="inbound_message_received_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalDestination",
            fields=[
                (
                    "id",
                    models.UUIDField(db_index=True, default=apps.common.ids.uuid7, editable=False),
                ),
                (
                    "name",
                    models.CharField(
                        db_index=True,
                        help_text="What people here call that system.",
                        max_length=80,
                        verbose_name="name",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("webhook", "Webhook"),
                            ("rest", "REST"),
                            ("journal", "Accounting journal"),
                            ("file", "File drop"),
                            ("tryton", "Tryton"),
                        ],
                        default="webhook",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        blank=True,
                        help_text="Where requests go, such as https://erp.example/hooks/returns. Public addresses, and those inside that operators allow; redirects are not followed.",
                        max_length=500,
                        validators=[apps.integrations.models.destinations.validate_address],
                        verbose_name="address",
                    ),
                ),
                (
                    "config",
                    models.JSONField(blank=True, default=dict, verbose_name="settings of its kind"),
                ),
                (
                    "credentials_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="credentials set"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Disabled"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("status_reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Such as return.completed, or refund.* for all that begin so. Empty: all.",
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        help_text="Numbers of shops. Empty: all.",
                        size=None,
                        verbose_name="shops",
                    ),
                ),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="regions",
                    ),
                ),
                (
                    "return_scope",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full", "Full returns only"),
                            ("partial", "Partial returns only"),
                        ],
                        default="",
                        help_text="Whether the return took everything back that was sold, or a part.",
                        max_length=8,
                        verbose_name="returns",
                    ),
                ),
                (
                    "least_amount_minor",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="In minor units (cents). Returns and refunds below are not sent.",
                        null=True,
                        verbose_name="from an amount of",
                    ),
                ),
                (
                    "sync_mode",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("every", "Every so often"),
                            ("daily", "Daily"),
                        ],
                        default="at_once",
                        max_length=8,
                        verbose_name="sent",
                    ),
                ),
                (
                    "every_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "daily_at",
                    models.TimeField(default=datetime.time(2, 0), verbose_name="daily at"),
                ),
                (
                    "daily_zone",
                    models.CharField(
                        default="Europe/Berlin", max_length=64, verbose_name="time zone"
                    ),
                ),
                (
                    "batch_size",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="At most; a webhook always carries one.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="events in a call",
                    ),
                ),
                (
                    "max_age_seconds",
                    models.PositiveIntegerField(
                        default=900,
                        help_text="Seconds that an event may wait before this destination shows red.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="late after",
                    ),
                ),
                (
                    "ordered",
                    models.BooleanField(
                        default=False,
                        help_text="Events of one return (or sale, or refund) go out one after the other; one that cannot be delivered holds back those behind it, of the same return only.",
                        verbose_name="in order",
                    ),
                ),
                (
                    "schedule",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        default=apps.integrations.models.destinations.standard_schedule,
                        help_text="Seconds to wait before each attempt, the first included.",
                        size=None,
                        verbose_name="attempts",
                    ),
                ),
                (
                    "permanent_statuses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        blank=True,
                        default=list,
                        help_text="HTTP statuses such as 400 and 422: to the error queue after three attempts.",
                        size=None,
                        verbose_name="answers that no repetition heals",
                    ),
                ),
                (
                    "when_exhausted",
                    models.CharField(
                        choices=[
                            ("park", "To the error queue"),
                            ("pause", "To the error queue, and pause the destination"),
                        ],
                        default="park",
                        max_length=8,
                        verbose_name="when all attempts are used up",
                    ),
                ),
                (
                    "rate_per_minute",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="At most; 0 is no limit.",
                        verbose_name="calls a minute",
                    ),
                ),
                (
                    "concurrency",
                    models.PositiveIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(16),
                        ],
                        verbose_name="calls at a time",
                    ),
                ),
                (
                    "timeout_seconds",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="time for a call",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
                (
                    "mapping",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="What the destination gets of an event. Empty: the event as it is.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="integrations.mapping",
                        verbose_name="field mapping",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical destination",
                "verbose_name_plural": "historical destinations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSyncFlow",
            fields=[
                (
                    "id",
                    models.UUIDField(db_index=True, default=apps.common.ids.uuid7, editable=False),
                ),
                (
                    "name",
                    models.CharField(
                        db_index=True,
                        help_text="What people here call that source.",
                        max_length=80,
                        verbose_name="name",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("catalogue", "Catalogue"), ("stock", "Stock")],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="What is asked with GET, such as https://erp.example/api/items. Public addresses, and those inside that operators allow; redirects are not followed.",
                        max_length=500,
                        validators=[apps.integrations.models.destinations.validate_address],
                        verbose_name="address",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused")],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("header", "A key in a header"),
                            ("basic", "User name and password"),
                            ("bearer", "A bearer token"),
                        ],
                        default="none",
                        max_length=16,
                        verbose_name="access",
                    ),
                ),
                (
                    "timing",
                    models.CharField(
                        choices=[("every", "Every so often"), ("daily", "Daily")],
                        default="every",
                        max_length=8,
                        verbose_name="read",
                    ),
                ),
                (
                    "every_seconds",
                    models.PositiveIntegerField(
                        default=300,
                        help_text="Seconds.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "daily_at",
                    models.TimeField(default=datetime.time(4, 0), verbose_name="daily at"),
                ),
                (
                    "daily_zone",
                    models.CharField(
                        default="Europe/Berlin",
                        max_length=64,
                        validators=[apps.stores.models.validate_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "max_age_seconds",
                    models.PositiveIntegerField(
                        default=3600,
                        help_text="Seconds without a complete reading after which this flow shows red.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="late after",
                    ),
                ),
                (
                    "paging",
                    models.CharField(
                        choices=[
                            ("cursor", "By the source's own cursor"),
                            ("since", "By the time of change"),
                        ],
                        default="cursor",
                        help_text="By the source's own cursor wherever it has one: a time can miss late changes.",
                        max_length=8,
                        verbose_name="goes on",
                    ),
                ),
                (
                    "page_size",
                    models.PositiveIntegerField(
                        default=500,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(2000),
                        ],
                        verbose_name="records in a page",
                    ),
                ),
                (
                    "size_name",
                    models.CharField(
                        blank=True,
                        default="limit",
                        max_length=40,
                        verbose_name="parameter for the size",
                    ),
                ),
                (
                    "cursor_name",
                    models.CharField(
                        default="cursor", max_length=40, verbose_name="parameter for the cursor"
                    ),
                ),
                (
                    "since_name",
                    models.CharField(
                        default="updated_since",
                        max_length=40,
                        verbose_name="parameter for the time",
                    ),
                ),
                (
                    "overlap_seconds",
                    models.PositiveIntegerField(
                        default=120,
                        help_text="Seconds that are asked for again, by time: what was committed late is met then.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="overlap",
                    ),
                ),
                (
                    "records_path",
                    models.CharField(
                        blank=True,
                        default="items",
                        help_text="JMESPath. Empty: the answer itself is the list.",
                        max_length=200,
                        verbose_name="records stand at",
                    ),
                ),
                (
                    "next_path",
                    models.CharField(
                        blank=True,
                        default="next",
                        help_text="JMESPath: a cursor, a page number, or an address on the same host.",
                        max_length=200,
                        verbose_name="the next page stands at",
                    ),
                ),
                (
                    "changed_path",
                    models.CharField(
                        blank=True,
                        default="updated_at",
                        help_text="JMESPath within a record; needed when it goes on by time.",
                        max_length=200,
                        verbose_name="the time of change stands at",
                    ),
                ),
                (
                    "template",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Our word: an expression over the record, such as “=item.number”. Empty: as it is.",
                        validators=[apps.integrations.models.flows.validate_template],
                        verbose_name="mapping",
                    ),
                ),
                (
                    "behind_seconds",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Stock: seconds until the source knows of what moves here.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(604800),
                        ],
                        verbose_name="runs behind by",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical sync flow",
                "verbose_name_plural": "historical sync flows",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalWebShop",
            fields=[
                (
                    "id",
                    models.UUIDField(db_index=True, default=apps.common.ids.uuid7, editable=False),
                ),
                ("name", models.CharField(db_index=True, max_length=80, verbose_name="name")),
                (
                    "domain",
                    models.CharField(
                        blank=True,
                        help_text="As Shopify calls the shop, such as quiet-harbour.myshopify.com. Empty: any.",
                        max_length=200,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9.-]*$", "Such as quiet-harbour.myshopify.com."
                            )
                        ],
                        verbose_name="domain",
                    ),
                ),
                (
                    "receipt_prefix",
                    models.CharField(
                        db_index=True,
                        help_text="Order #1001 gets the receipt number WS-1001 with the prefix WS-.",
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9-]+$", "Letters, digits and hyphens."
                            )
                        ],
                        verbose_name="receipts begin with",
                    ),
                ),
                (
                    "gateways",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="What differs from the usual, by the shop's name of it; see the guide.",
                        validators=[apps.integrations.models.shops.validate_gateways],
                        verbose_name="ways to pay",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("disabled", "Disabled")],
                        default="active",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The shop here that its orders are sales of: its stock, currency and time zone.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical web shop",
                "verbose_name_plural": "historical web shops",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
