import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import apps.stores.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Region",
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
                "verbose_name": "region",
                "verbose_name_plural": "regions",
            },
        ),
        migrations.CreateModel(
            name="Store",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        help_text="As printed on receipts.",
                        max_length=16,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        default="UTC",
                        help_text="Decides when a day of the return window ends.",
                        max_length=64,
                        validators=[apps.stores.models.validate_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[apps.stores.models.validate_currency],
                        verbose_name="currency",
                    ),
                ),
                (
                    "cash_increment_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="In minor units of the currency (5 for 0.05): refunds in cash are rounded to it. 0: they are not.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                        verbose_name="smallest coin",
                    ),
                ),
                (
                    "cash_mode",
                    models.CharField(
                        choices=[
                            ("half_up", "To the nearest, halves up"),
                            ("half_down", "To the nearest, halves down"),
                            ("down", "Down"),
                            ("up", "Up"),
                        ],
                        default="half_up",
                        help_text="A sale that says how its cash was rounded is returned in its own way.",
                        max_length=16,
                        verbose_name="cash is rounded",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="ISO 3166, two letters.", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("de", "Deutsch")],
                        help_text="Of the sentences that its registers show, unless they ask for another. Empty: English.",
                        max_length=8,
                        verbose_name="language",
                    ),
                ),
                (
                    "sandbox",
                    models.BooleanField(
                        default=False,
                        help_text="A shop for trying things out.",
                        verbose_name="sandbox",
                    ),
                ),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="opened")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
            ],
            options={
                "verbose_name": "shop",
                "verbose_name_plural": "shops",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cash_increment_minor__gte", 0)),
                        name="store_coin_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalRegion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(db_index=True, max_length=80, verbose_name="name")),
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
                "verbose_name": "historical region",
                "verbose_name_plural": "historical regions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalStore",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        db_index=True,
                        help_text="As printed on receipts.",
                        max_length=16,
                        verbose_name="number",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "timezone",
                    models.CharField(
                        default="UTC",
                        help_text="Decides when a day of the return window ends.",
                        max_length=64,
                        validators=[apps.stores.models.validate_timezone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[apps.stores.models.validate_currency],
                        verbose_name="currency",
                    ),
                ),
                (
                    "cash_increment_minor",
                    models.BigIntegerField(
                        default=0,
                        help_text="In minor units of the currency (5 for 0.05): refunds in cash are rounded to it. 0: they are not.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                        verbose_name="smallest coin",
                    ),
                ),
                (
                    "cash_mode",
                    models.CharField(
                        choices=[
                            ("half_up", "To the nearest, halves up"),
                            ("half_down", "To the nearest, halves down"),
                            ("down", "Down"),
                            ("up", "Up"),
                        ],
                        default="half_up",
                        help_text="A sale that says how its cash was rounded is returned in its own way.",
                        max_length=16,
                        verbose_name="cash is rounded",
                    ),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="ISO 3166, two letters.", max_length=2, verbose_name="country"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("de", "Deutsch")],
                        help_text="Of the sentences that its registers show, unless they ask for another. Empty: English.",
                        max_length=8,
                        verbose_name="language",
                    ),
                ),
                (
                    "sandbox",
                    models.BooleanField(
                        default=False,
                        help_text="A shop for trying things out.",
                        verbose_name="sandbox",
                    ),
                ),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="opened")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed")),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.region",
                        verbose_name="region",
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
                "verbose_name": "historical shop",
                "verbose_name_plural": "historical shops",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
