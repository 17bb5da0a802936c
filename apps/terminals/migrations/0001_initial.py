import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
import apps.terminals.models.registers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TerminalProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("self", "Renew its own key and say how it is"),
                                ("read", "Look up sales, returns, stock and changes"),
                                ("sales", "Take sales in"),
                                ("returns", "Decide and complete returns"),
                                ("stock", "Count stock"),
                                ("offline", "Upload what was done offline"),
                                (
                                    "backdate",
                                    "Decide by the register's own time (bringing in history)",
                                ),
                            ],
                            max_length=16,
                        ),
                        default=apps.terminals.models.registers.default_scopes,
                        size=None,
                        verbose_name="may",
                    ),
                ),
                (
                    "rate_per_second",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="What a register may keep up. 0 is no limit.",
                        verbose_name="requests per second",
                    ),
                ),
                (
                    "burst",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="How many requests may come together before that limit is felt.",
                        verbose_name="at once",
                    ),
                ),
                (
                    "return_limit_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="A manager is asked above; in cents, or the smallest unit of the shop's currency. Empty: what the policy says.",
                        null=True,
                        verbose_name="returns up to",
                    ),
                ),
            ],
            options={
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
            },
        ),
        migrations.CreateModel(
            name="Terminal",
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
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        help_text="Workstation id in the shop.",
                        max_length=16,
                        verbose_name="number",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="label")),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminalprofile",
                        verbose_name="profile",
                    ),
                ),
                ("hardware", models.CharField(blank=True, max_length=120, verbose_name="hardware")),
                (
                    "adapter",
                    models.CharField(
                        default="rest",
                        help_text="The protocol it speaks.",
                        max_length=32,
                        verbose_name="speaks",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for enrolment"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("retired", "Retired"),
                        ],
                        default="pending",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="added")),
            ],
            options={
                "verbose_name": "register",
                "verbose_name_plural": "registers",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "number"), name="terminal_number_in_store"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["pending", "active", "suspended", "retired"])
                        ),
                        name="terminal_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TerminalSeen",
            fields=[
                (
                    "terminal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="seen",
                        serialize=False,
                        to="terminals.terminal",
                    ),
                ),
                ("last_seen_at", models.DateTimeField(verbose_name="last seen")),
                ("heartbeat_at", models.DateTimeField(null=True, verbose_name="last heartbeat")),
                (
                    "clock_skew_ms",
                    models.BigIntegerField(null=True, verbose_name="clock is ahead by"),
                ),
                (
                    "queue_depth",
                    models.PositiveIntegerField(null=True, verbose_name="waiting to be sent"),
                ),
                ("ip", models.GenericIPAddressField(null=True, verbose_name="address")),
                (
                    "software_version",
                    models.CharField(blank=True, max_length=64, verbose_name="version"),
                ),
            ],
            options={
                "verbose_name": "last seen",
                "verbose_name_plural": "last seen",
            },
        ),
        migrations.CreateModel(
            name="Credential",
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
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("key", "Key"), ("secret", "Secret")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("public_key", models.JSONField(null=True, verbose_name="public key")),
                (
                    "thumbprint",
                    models.CharField(
                        max_length=43, null=True, unique=True, verbose_name="thumbprint"
                    ),
                ),
                ("secret_hash", models.BinaryField(max_length=32, null=True)),
                ("asked_under", models.BinaryField(max_length=32, null=True)),
                ("hint", models.CharField(max_length=24, verbose_name="begins with")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Not used yet"),
                            ("active", "Active"),
                            ("retiring", "Retiring"),
                            ("revoked", "Revoked"),
                        ],
                        default="pending",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("first_used_at", models.DateTimeField(null=True, verbose_name="first used")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
                ("not_after", models.DateTimeField(null=True, verbose_name="good until")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
            ],
            options={
                "verbose_name": "credential",
                "verbose_name_plural": "credentials",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["pending", "active", "retiring", "revoked"])
                        ),
                        name="credential_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "key"),
                                ("public_key__isnull", False),
                                ("secret_hash__isnull", True),
                                ("thumbprint__isnull", False),
                            ),
                            models.Q(
                                ("kind", "secret"),
                                ("public_key__isnull", True),
                                ("secret_hash__isnull", False),
                                ("thumbprint__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="credential_is_key_or_secret",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["pending", "active"])),
                        fields=("terminal", "status"),
                        name="credential_one_pending_one_active",
                    ),
                    models.UniqueConstraint(
                        fields=("terminal", "slot"), name="credential_two_usable"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("slot__isnull", True), ("status", "revoked")),
                            models.Q(
                                models.Q(("status", "revoked"), _negated=True), ("slot__in", [1, 2])
                            ),
                            _connector="OR",
                        ),
                        name="credential_usable_has_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "revoked"), _negated=True),
                            ("revoked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="credential_revoked_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "retiring"), _negated=True),
                            ("not_after__isnull", False),
                            _connector="OR",
                        ),
                        name="credential_retiring_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolmentCode",
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
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                ("code_hash", models.BinaryField(max_length=32, unique=True)),
                ("hint", models.CharField(max_length=4, verbose_name="begins with")),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("created_by", models.CharField(max_length=160, verbose_name="made by")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="replaced")),
                ("used_at", models.DateTimeField(null=True, verbose_name="used")),
                (
                    "credential",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.credential",
                    ),
                ),
            ],
            options={
                "verbose_name": "enrolment code",
                "verbose_name_plural": "enrolment codes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("used_at", None)),
                        fields=("terminal",),
                        name="enrolment_code_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credential", None), ("used_at", None)),
                            models.Q(("credential__isnull", False), ("used_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="enrolment_code_used_for",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "credential",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.credential",
                        verbose_name="credential",
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None, verbose_name="may"
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="given")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="good until")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
            ],
            options={
                "verbose_name": "access token",
                "verbose_name_plural": "access tokens",
            },
        ),
        migrations.CreateModel(
            name="SpentAssertion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enrolment-conflict", "A used code came again, from another machine"),
                            ("pending-unused", "The new key has not been used for a week"),
                            ("rotation-overdue", "The key is older than it may be"),
                            ("rotation-due", "The key is to be replaced"),
                        ],
                        max_length=32,
                        verbose_name="what",
                    ),
                ),
                ("subject", models.CharField(max_length=80)),
                ("detail", models.CharField(max_length=200, verbose_name="detail")),
                ("raised_at", models.DateTimeField(verbose_name="raised")),
                ("cleared_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "cleared_by",
                    models.CharField(blank=True, max_length=160, verbose_name="settled by"),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "indexes": [
                    models.Index(
                        condition=models.Q(("cleared_at", None)),
                        fields=["terminal", "kind"],
                        name="notice_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("terminal", "kind", "subject"), name="notice_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "enrolment-conflict",
                                    "pending-unused",
                                    "rotation-overdue",
                                    "rotation-due",
                                ],
                            )
                        ),
                        name="notice_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RotationPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        help_text="For the registers of this region. Region, shop and register left out: for all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        help_text="For the registers of this shop.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        blank=True,
                        help_text="For this register only.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                (
                    "every_days",
                    models.PositiveIntegerField(
                        default=90,
                        help_text="Days. No key gets older; registers are told from two weeks before.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(730),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "overlap_hours",
                    models.PositiveIntegerField(
                        default=24,
                        help_text="Hours for which the old key works beside the new one, from its first use on.",
                        validators=[
                            django.core.validators.MinValueValidator(24),
                            django.core.validators.MaxValueValidator(2160),
                        ],
                        verbose_name="overlap",
                    ),
                ),
                (
                    "window_start",
                    models.TimeField(
                        blank=True,
                        help_text="Registers change keys between these hours of their shop's day. Empty: always.",
                        null=True,
                        verbose_name="from",
                    ),
                ),
                ("window_end", models.TimeField(blank=True, null=True, verbose_name="to")),
                ("enabled", models.BooleanField(default=True, verbose_name="in force")),
            ],
            options={
                "verbose_name": "rotation policy",
                "verbose_name_plural": "rotation policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("store", None), ("terminal", None)),
                            models.Q(("region", None), ("terminal", None)),
                            models.Q(("region", None), ("store", None)),
                            _connector="OR",
                        ),
                        name="rotation_policy_one_scope",
                        violation_error_message="Choose a region, a shop or a register, or none of them.",
                    ),
                    models.UniqueConstraint(
                        fields=("region", "store", "terminal"),
                        name="rotation_policy_one_each",
                        nulls_distinct=False,
                        violation_error_message="There is a policy for these registers already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("window_end", None), ("window_start", None)),
                            models.Q(
                                ("window_end__isnull", False), ("window_start__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="rotation_policy_window_has_both_ends",
                        violation_error_message="Give both ends of the allowed hours, or neither.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rotation",
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
                ("label", models.CharField(max_length=160, verbose_name="registers")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("ordered_by", models.CharField(max_length=160, verbose_name="ordered by")),
                ("created_at", models.DateTimeField(verbose_name="ordered")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("due_at", models.DateTimeField(verbose_name="due by")),
                ("window_start", models.TimeField(null=True, verbose_name="hours from")),
                ("window_end", models.TimeField(null=True, verbose_name="hours to")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="called off")),
            ],
            options={
                "verbose_name": "rotation",
                "verbose_name_plural": "rotations",
            },
        ),
        migrations.CreateModel(
            name="RotationTarget",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "rotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="terminals.rotation",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
            ],
            options={
                "verbose_name": "register to rotate",
                "verbose_name_plural": "registers to rotate",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["terminal"],
                        name="rotation_target_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rotation", "terminal"), name="rotation_target_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalTerminalProfile",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(db_index=True, max_length=80, verbose_name="name")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("self", "Renew its own key and say how it is"),
                                ("read", "Look up sales, returns, stock and changes"),
                                ("sales", "Take sales in"),
                                ("returns", "Decide and complete returns"),
                                ("stock", "Count stock"),
                                ("offline", "Upload what was done offline"),
                                (
                                    "backdate",
                                    "Decide by the register's own time (bringing in history)",
                                ),
                            ],
                            max_length=16,
                        ),
                        default=apps.terminals.models.registers.default_scopes,
                        size=None,
                        verbose_name="may",
                    ),
                ),
                (
                    "rate_per_second",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="What a register may keep up. 0 is no limit.",
                        verbose_name="requests per second",
                    ),
                ),
                (
                    "burst",
                    models.PositiveIntegerField(
                        default=100,
                        help_text="How many requests may come together before that limit is felt.",
                        verbose_name="at once",
                    ),
                ),
                (
                    "return_limit_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="A manager is asked above; in cents, or the smallest unit of the shop's currency. Empty: what the policy says.",
                        null=True,
                        verbose_name="returns up to",
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
                "verbose_name": "historical profile",
                "verbose_name_plural": "historical profiles",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTerminal",
            fields=[
                (
                    "id",
                    models.UUIDField(db_index=True, default=apps.common.ids.uuid7, editable=False),
                ),
                (
                    "number",
                    models.CharField(
                        help_text="Workstation id in the shop.",
                        max_length=16,
                        verbose_name="number",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="label")),
                ("hardware", models.CharField(blank=True, max_length=120, verbose_name="hardware")),
                (
                    "adapter",
                    models.CharField(
                        default="rest",
                        help_text="The protocol it speaks.",
                        max_length=32,
                        verbose_name="speaks",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for enrolment"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("retired", "Retired"),
                        ],
                        default="pending",
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
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="terminals.terminalprofile",
                        verbose_name="profile",
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
                "verbose_name": "historical register",
                "verbose_name_plural": "historical registers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRotationPolicy",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "every_days",
                    models.PositiveIntegerField(
                        default=90,
                        help_text="Days. No key gets older; registers are told from two weeks before.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(730),
                        ],
                        verbose_name="every",
                    ),
                ),
                (
                    "overlap_hours",
                    models.PositiveIntegerField(
                        default=24,
                        help_text="Hours for which the old key works beside the new one, from its first use on.",
                        validators=[
                            django.core.validators.MinValueValidator(24),
                            django.core.validators.MaxValueValidator(2160),
                        ],
                        verbose_name="overlap",
                    ),
                ),
                (
                    "window_start",
                    models.TimeField(
                        blank=True,
                        help_text="Registers change keys between these hours of their shop's day. Empty: always.",
                        null=True,
                        verbose_name="from",
                    ),
                ),
                ("window_end", models.TimeField(blank=True, null=True, verbose_name="to")),
                ("enabled", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="For the registers of this region. Region, shop and register left out: for all.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="stores.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="For the registers of this shop.",
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
                        help_text="For this register only.",
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
                "verbose_name": "historical rotation policy",
                "verbose_name_plural": "historical rotation policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
