import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Such as shift lead or shop manager.",
                        max_length=80,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                ("unlimited", models.BooleanField(default=False, verbose_name="any amount")),
                ("limits", models.JSONField(blank=True, default=dict, verbose_name="up to")),
            ],
            options={
                "verbose_name": "approval level",
                "verbose_name_plural": "approval levels",
            },
        ),
        migrations.CreateModel(
            name="Approver",
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
                        help_text="The same as registers send as operator: nobody approves their own returns.",
                        max_length=64,
                        unique=True,
                        verbose_name="personnel number",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "level",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="approvals.approvallevel",
                        verbose_name="level",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        help_text="Then they may also approve in the admin, from wherever they are.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="logs in as",
                    ),
                ),
                ("everywhere", models.BooleanField(default=False, verbose_name="in all shops")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("pin_hash", models.CharField(blank=True, editable=False, max_length=128)),
                (
                    "pin_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="PIN set"),
                ),
                ("badge_hash", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "badge_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="badge given"),
                ),
                (
                    "wrong_in_a_row",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="wrong in a row"
                    ),
                ),
                (
                    "locked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="locked"),
                ),
                (
                    "regions",
                    models.ManyToManyField(
                        blank=True, to="stores.region", verbose_name="in all shops of"
                    ),
                ),
                (
                    "stores",
                    models.ManyToManyField(
                        blank=True, to="stores.store", verbose_name="in the shops"
                    ),
                ),
            ],
            options={
                "verbose_name": "approver",
                "verbose_name_plural": "approvers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("locked_at__isnull", False)),
                        fields=["locked_at"],
                        name="approver_locked",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("badge_hash", ""), _negated=True),
                        fields=("badge_hash",),
                        name="approver_badge_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("locked_at__isnull", True), ("wrong_in_a_row__lt", 5)),
                            models.Q(("locked_at__isnull", False), ("wrong_in_a_row", 5)),
                            _connector="OR",
                        ),
                        name="approver_locked_after_five",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalApprovalLevel",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        db_index=True,
                        help_text="Such as shift lead or shop manager.",
                        max_length=80,
                        verbose_name="name",
                    ),
                ),
                ("unlimited", models.BooleanField(default=False, verbose_name="any amount")),
                ("limits", models.JSONField(blank=True, default=dict, verbose_name="up to")),
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
                "verbose_name": "historical approval level",
                "verbose_name_plural": "historical approval levels",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalApprover",
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
                        help_text="The same as registers send as operator: nobody approves their own returns.",
                        max_length=64,
                        verbose_name="personnel number",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("everywhere", models.BooleanField(default=False, verbose_name="in all shops")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "pin_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="PIN set"),
                ),
                (
                    "badge_set_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="badge given"),
                ),
                (
                    "locked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="locked"),
                ),
                (
                    "level",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="approvals.approvallevel",
                        verbose_name="level",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Then they may also approve in the admin, from wherever they are.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="logs in as",
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
                "verbose_name": "historical approver",
                "verbose_name_plural": "historical approvers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalApprover_regions",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="approvals.approver",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.region",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="approvals.historicalapprover",
                    ),
                ),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "HistoricalApprover_regions",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalApprover_stores",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="approvals.approver",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="approvals.historicalapprover",
                    ),
                ),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "HistoricalApprover_stores",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
