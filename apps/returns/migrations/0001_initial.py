import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import apps.common.ids
import apps.returns.policy.settings


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("approvals", "0001_initial"),
        ("inventory", "0001_initial"),
        ("sales", "0001_initial"),
        ("stores", "0001_initial"),
        ("terminals", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReturnPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "Everywhere"),
                            ("region", "One region"),
                            ("store", "One shop"),
                        ],
                        default="all",
                        max_length=8,
                        verbose_name="for",
                    ),
                ),
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
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("store", "In a shop"),
                            ("online", "Online"),
                            ("phone", "By phone"),
                        ],
                        help_text="Empty: anywhere.",
                        max_length=8,
                        verbose_name="bought",
                    ),
                ),
                (
                    "priority",
                    models.IntegerField(
                        default=0,
                        help_text="Where several fit, the highest decides.",
                        verbose_name="priority",
                    ),
                ),
                (
                    "second_person",
                    models.BooleanField(
                        default=False,
                        help_text="A version is put in force by another person than the one who saved it last.",
                        verbose_name="another person publishes",
                    ),
                ),
            ],
            options={
                "verbose_name": "return policy",
                "verbose_name_plural": "return policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("region", None), ("scope", "all"), ("store", None)),
                            models.Q(
                                ("region__isnull", False), ("scope", "region"), ("store", None)
                            ),
                            models.Q(
                                ("region", None), ("scope", "store"), ("store__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="return_policy_scope_named",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="returns.returnpolicy",
                        verbose_name="policy",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "In force"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "rules",
                    models.JSONField(
                        default=apps.returns.policy.settings.default_rules,
                        validators=[apps.returns.policy.settings.validate_rules],
                        verbose_name="rules",
                    ),
                ),
                ("lock_version", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(verbose_name="begun")),
                (
                    "written_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="saved last"),
                ),
                (
                    "written_by",
                    models.CharField(blank=True, max_length=150, verbose_name="saved last by"),
                ),
                ("written_by_id", models.CharField(blank=True, max_length=64)),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published"),
                ),
                (
                    "published_by",
                    models.CharField(blank=True, max_length=150, verbose_name="published by"),
                ),
                ("published_by_id", models.CharField(blank=True, max_length=64)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                (
                    "retired_by",
                    models.CharField(blank=True, max_length=150, verbose_name="retired by"),
                ),
                (
                    "needs_second",
                    models.BooleanField(default=False, verbose_name="published by another person"),
                ),
            ],
            options={
                "verbose_name": "policy version",
                "verbose_name_plural": "policy versions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "version"), name="policy_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "published")),
                        fields=("policy",),
                        name="policy_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            ("needs_second", False),
                            models.Q(
                                models.Q(("published_by_id", ""), _negated=True),
                                models.Q(("written_by_id", ""), _negated=True),
                                models.Q(
                                    ("published_by_id", models.F("written_by_id")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="policy_second_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"), ("published_at__isnull", False), _connector="OR"
                        ),
                        name="policy_published_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReasonCode",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=32, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="returns.reasoncode",
                        verbose_name="part of",
                    ),
                ),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("return_to_stock", "Back to the shelf"),
                            ("quarantine", "Quarantine"),
                            ("damaged", "Damaged"),
                            ("return_to_supplier", "Back to the supplier"),
                            ("repair", "Repair"),
                            ("write_off", "Write off"),
                            ("transfer", "To another shop"),
                        ],
                        help_text="Empty: the condition decides.",
                        max_length=24,
                        verbose_name="goods go to",
                    ),
                ),
            ],
            options={
                "verbose_name": "reason",
                "verbose_name_plural": "reasons",
            },
        ),
        migrations.CreateModel(
            name="ConditionCode",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=32, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "disposition",
                    models.CharField(
                        choices=[
                            ("return_to_stock", "Back to the shelf"),
                            ("quarantine", "Quarantine"),
                            ("damaged", "Damaged"),
                            ("return_to_supplier", "Back to the supplier"),
                            ("repair", "Repair"),
                            ("write_off", "Write off"),
                            ("transfer", "To another shop"),
                        ],
                        max_length=24,
                        verbose_name="goods go to",
                    ),
                ),
            ],
            options={
                "verbose_name": "condition",
                "verbose_name_plural": "conditions",
            },
        ),
        migrations.CreateModel(
            name="CustomerReturn",
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
                ("number", models.CharField(max_length=32, unique=True, verbose_name="number")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminal",
                        verbose_name="register",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="sales.sale",
                        verbose_name="sale",
                    ),
                ),
                (
                    "receipt_number",
                    models.CharField(blank=True, max_length=96, verbose_name="receipt"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipted", "With receipt"),
                            ("unverified", "Receipt not found"),
                            ("blind", "Without receipt"),
                            ("gift_receipt", "Gift receipt"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "purchase_channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("store", "In a shop"),
                            ("online", "Online"),
                            ("phone", "By phone"),
                        ],
                        max_length=8,
                        verbose_name="bought",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("needs_override", "Waits for approval"),
                            ("authorized", "Authorized"),
                            ("denied", "Denied"),
                            ("completed", "Completed"),
                            ("voided", "Voided"),
                            ("expired", "Expired"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="decision",
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="returns.policyversion",
                        verbose_name="decided by",
                    ),
                ),
                (
                    "operator_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="operator"),
                ),
                (
                    "customer_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="customer"),
                ),
                (
                    "refund_to",
                    models.CharField(
                        choices=[
                            ("original", "Original tenders"),
                            ("store_credit", "Store credit"),
                            ("exchange", "Exchange"),
                        ],
                        max_length=16,
                        verbose_name="money to",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "line_total_minor",
                    models.BigIntegerField(default=0, verbose_name="worth of the goods"),
                ),
                ("fee_total_minor", models.BigIntegerField(default=0, verbose_name="fees")),
                (
                    "fees_kept_by",
                    models.CharField(blank=True, max_length=16, verbose_name="fees kept by shop"),
                ),
                (
                    "adjustment_total_minor",
                    models.BigIntegerField(default=0, verbose_name="changed by staff"),
                ),
                ("rounding_minor", models.BigIntegerField(default=0, verbose_name="cash rounding")),
                (
                    "exchange_total_minor",
                    models.BigIntegerField(default=0, verbose_name="exchange goods"),
                ),
                (
                    "refund_total_minor",
                    models.BigIntegerField(default=0, verbose_name="money back"),
                ),
                (
                    "due_minor",
                    models.BigIntegerField(default=0, verbose_name="to be paid by the customer"),
                ),
                ("scope", models.CharField(blank=True, max_length=8, verbose_name="scope")),
                ("occurred_at", models.DateTimeField(verbose_name="at the register")),
                ("received_at", models.DateTimeField(verbose_name="heard")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="good until")),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed")),
                (
                    "id_hash",
                    models.CharField(blank=True, max_length=64, verbose_name="identity document"),
                ),
                (
                    "card_fingerprint",
                    models.CharField(blank=True, max_length=64, verbose_name="card fingerprint"),
                ),
                (
                    "offline_outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="decided offline",
                    ),
                ),
                ("offline_data_at", models.DateTimeField(null=True, verbose_name="on data as of")),
                (
                    "waived",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48),
                        default=list,
                        size=None,
                        verbose_name="allowed",
                    ),
                ),
                (
                    "clock_suspect",
                    models.BooleanField(default=False, verbose_name="register's clock is off"),
                ),
                ("messages", models.JSONField(default=list)),
                ("trace", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "return",
                "verbose_name_plural": "returns",
                "indexes": [
                    models.Index(
                        fields=["store", "-received_at", "-id"], name="return_store_recent"
                    ),
                    models.Index(fields=["-received_at", "-id"], name="return_recent"),
                    models.Index(
                        condition=models.Q(("status__in", ["authorized", "needs_override"])),
                        fields=["expires_at"],
                        name="return_expiring",
                    ),
                    models.Index(fields=["sale"], name="return_sale"),
                    models.Index(
                        condition=models.Q(("customer_ref", ""), _negated=True),
                        fields=["customer_ref", "-received_at"],
                        name="return_of_customer",
                    ),
                    models.Index(
                        condition=models.Q(("id_hash", ""), _negated=True),
                        fields=["id_hash", "-received_at"],
                        name="return_of_document",
                    ),
                    models.Index(
                        condition=models.Q(("card_fingerprint", ""), _negated=True),
                        fields=["card_fingerprint", "-received_at"],
                        name="return_of_card",
                    ),
                    models.Index(
                        condition=models.Q(("operator_ref", ""), _negated=True),
                        fields=["store", "operator_ref", "-received_at"],
                        name="return_of_operator",
                    ),
                    models.Index(
                        condition=models.Q(("status", "needs_override")),
                        fields=["received_at", "id"],
                        name="return_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "needs_override",
                                    "authorized",
                                    "denied",
                                    "completed",
                                    "voided",
                                    "expired",
                                ],
                            )
                        ),
                        name="return_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "refund_total_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("line_total_minor"),
                                                    "-",
                                                    models.F("fee_total_minor"),
                                                ),
                                                "-",
                                                models.F("exchange_total_minor"),
                                            ),
                                            "+",
                                            models.F("adjustment_total_minor"),
                                        ),
                                        "+",
                                        models.F("rounding_minor"),
                                    ),
                                    "+",
                                    models.F("due_minor"),
                                ),
                            )
                        ),
                        name="return_money_explained",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_minor__gte", 0), ("refund_total_minor__gte", 0)),
                        name="return_money_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "completed"), _negated=True),
                            ("completed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="return_completed_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="returns.customerreturn",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="line")),
                (
                    "sale_line",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="sales.saleline"
                    ),
                ),
                (
                    "sale_line_number",
                    models.PositiveIntegerField(null=True, verbose_name="line of the sale"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                ("sku", models.CharField(blank=True, max_length=64, verbose_name="SKU")),
                (
                    "requested_quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="asked"),
                ),
                (
                    "authorized_quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="allowed"),
                ),
                (
                    "received_quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="received"),
                ),
                ("reason", models.CharField(blank=True, max_length=32, verbose_name="reason")),
                (
                    "condition",
                    models.CharField(blank=True, max_length=32, verbose_name="condition"),
                ),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("return_to_stock", "Back to the shelf"),
                            ("quarantine", "Quarantine"),
                            ("damaged", "Damaged"),
                            ("return_to_supplier", "Back to the supplier"),
                            ("repair", "Repair"),
                            ("write_off", "Write off"),
                            ("transfer", "To another shop"),
                        ],
                        max_length=24,
                        verbose_name="goods go to",
                    ),
                ),
                (
                    "serial_number",
                    models.CharField(blank=True, max_length=64, verbose_name="serial number"),
                ),
                ("net_minor", models.BigIntegerField(verbose_name="net")),
                ("tax_minor", models.BigIntegerField(verbose_name="taxes")),
                ("fee_minor", models.BigIntegerField(verbose_name="fee")),
                ("refund_minor", models.BigIntegerField(verbose_name="worth")),
                (
                    "adjustment_minor",
                    models.BigIntegerField(default=0, verbose_name="changed by staff"),
                ),
                ("taxes", models.JSONField(default=list)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=48), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a return",
                "verbose_name_plural": "lines of returns",
                "indexes": [models.Index(fields=["sale_line"], name="return_line_sale_line")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "number"), name="return_line_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("authorized_quantity__lte", models.F("requested_quantity")),
                            ("received_quantity__lte", models.F("authorized_quantity")),
                        ),
                        name="return_line_quantities_shrink",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee_minor__gte", 0),
                            ("fee_minor__lte", models.F("refund_minor")),
                            (
                                "refund_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("fee_minor"), "-", models.F("adjustment_minor")
                                ),
                            ),
                        ),
                        name="return_line_fee_capped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExchangeLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchange_lines",
                        to="returns.customerreturn",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="line")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="quantity"),
                ),
                ("unit_price_minor", models.BigIntegerField(verbose_name="unit price")),
                ("total_minor", models.BigIntegerField(verbose_name="total")),
                ("reserved", models.BooleanField(default=False, verbose_name="reserved")),
            ],
            options={
                "verbose_name": "exchange line",
                "verbose_name_plural": "exchange lines",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "number"), name="exchange_line_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="returns.customerreturn",
                    ),
                ),
                ("response_code", models.CharField(max_length=48, verbose_name="reason")),
                ("allowed", models.BooleanField(verbose_name="allowed")),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="approvals.approver",
                        verbose_name="approver",
                    ),
                ),
                ("approved_by", models.CharField(max_length=64, verbose_name="personnel number")),
                (
                    "operator_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="operator"),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("pin", "PIN at the register"),
                            ("badge", "Badge at the register"),
                            ("remote", "In the admin"),
                        ],
                        max_length=8,
                        verbose_name="proved by",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                ("amount_minor", models.BigIntegerField(verbose_name="worth of the goods")),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "override",
                "verbose_name_plural": "overrides",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_return", "response_code"), name="override_code_once"
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.expressions.NegatedExpression(
                            django.db.models.lookups.Exact(
                                django.db.models.functions.text.Upper(
                                    django.db.models.functions.text.Trim("approved_by")
                                ),
                                django.db.models.functions.text.Upper(
                                    django.db.models.functions.text.Trim("operator_ref")
                                ),
                            )
                        ),
                        name="override_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["pin", "badge", "remote"])),
                        name="override_method_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnAdjustment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="returns.customerreturn",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fee", "Restocking fee"),
                            ("manual", "Changed by staff"),
                            ("rounding", "Cash rounding"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("line_number", models.PositiveIntegerField(null=True, verbose_name="line")),
                (
                    "sale_tender",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="sales.saletender",
                        verbose_name="original tender",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("made_by", models.CharField(blank=True, max_length=64, verbose_name="made by")),
                ("alone_minor", models.BigIntegerField(default=0, verbose_name="allowed alone")),
                (
                    "approved_by",
                    models.CharField(blank=True, max_length=150, verbose_name="allowed by"),
                ),
                ("in_effect", models.BooleanField(verbose_name="in effect")),
            ],
            options={
                "verbose_name": "adjustment of a return",
                "verbose_name_plural": "adjustments of returns",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sale_tender__isnull", False)),
                        fields=["sale_tender"],
                        name="return_adjustment_tender",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["fee", "manual", "rounding"])),
                        name="return_adjustment_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("in_effect", True), ("kind", "manual"), _negated=True),
                            models.Q(
                                (
                                    "amount_minor__gte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.Value(0), "-", models.F("alone_minor")
                                    ),
                                ),
                                ("amount_minor__lte", models.F("alone_minor")),
                            ),
                            models.Q(
                                models.Q(("approved_by", ""), _negated=True),
                                models.Q(("approved_by", models.F("made_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="return_adjustment_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("made_by", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                                ("kind", "manual"),
                                ("line_number__isnull", False),
                                ("sale_tender", None),
                            ),
                            models.Q(
                                ("amount_minor__lte", 0),
                                ("kind", "fee"),
                                ("line_number__isnull", False),
                                ("sale_tender", None),
                            ),
                            models.Q(("kind", "rounding"), ("line_number", None)),
                            _connector="OR",
                        ),
                        name="return_adjustment_explained",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("line_number__isnull", False)),
                        fields=("customer_return", "line_number", "kind"),
                        name="return_adjustment_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BackTest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="back_tests",
                        to="returns.policyversion",
                        verbose_name="version",
                    ),
                ),
                ("rules", models.JSONField(verbose_name="rules")),
                ("lock_version", models.PositiveIntegerField()),
                ("days", models.PositiveIntegerField(verbose_name="days")),
                ("returns_since", models.DateTimeField(verbose_name="returns from")),
                ("returns_until", models.DateTimeField(verbose_name="to")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("asked_by", models.CharField(max_length=150, verbose_name="asked for by")),
                ("due_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("cancelled", models.BooleanField(default=False, verbose_name="cancelled")),
                ("total", models.PositiveIntegerField(null=True, verbose_name="to look at")),
                ("seen", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                (
                    "elsewhere",
                    models.PositiveIntegerField(default=0, verbose_name="of other policies"),
                ),
                ("reached_at", models.DateTimeField(null=True)),
                ("reached_id", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "back-test",
                "verbose_name_plural": "back-tests",
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["due_at"],
                        name="back_test_due",
                    ),
                    models.Index(fields=["version", "-id"], name="back_test_of_version"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("returns_since__lt", models.F("returns_until"))),
                        name="back_test_stretch",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BackTestTally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="was",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="would be",
                    ),
                ),
                ("code", models.CharField(max_length=48, verbose_name="mainly since")),
                ("rebuilt", models.BooleanField(default=True, verbose_name="rebuilt")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("before_minor", models.BigIntegerField(default=0, verbose_name="money back, was")),
                ("after_minor", models.BigIntegerField(default=0, verbose_name="would be")),
                (
                    "back_test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="returns.backtest",
                    ),
                ),
                ("returns", models.PositiveIntegerField(default=0, verbose_name="returns")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="changed")),
            ],
            options={
                "verbose_name": "sum of a back-test",
                "verbose_name_plural": "sums of back-tests",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("back_test", "before", "after", "code", "currency", "rebuilt"),
                        name="back_test_tally_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BackTestCase",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "before",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="was",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("contingent", "Approved once something is supplied"),
                            ("needs_override", "A manager may allow it"),
                            ("denied", "Denied"),
                        ],
                        max_length=16,
                        verbose_name="would be",
                    ),
                ),
                ("code", models.CharField(max_length=48, verbose_name="mainly since")),
                ("rebuilt", models.BooleanField(default=True, verbose_name="rebuilt")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("before_minor", models.BigIntegerField(default=0, verbose_name="money back, was")),
                ("after_minor", models.BigIntegerField(default=0, verbose_name="would be")),
                (
                    "back_test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="returns.backtest",
                    ),
                ),
                (
                    "customer_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="returns.customerreturn",
                        verbose_name="return",
                    ),
                ),
            ],
            options={
                "verbose_name": "case of a back-test",
                "verbose_name_plural": "cases of back-tests",
                "indexes": [
                    models.Index(
                        fields=["back_test", "before", "after", "id"], name="back_test_change"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("back_test", "customer_return"), name="back_test_case_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalReturnPolicy",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(db_index=True, max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "Everywhere"),
                            ("region", "One region"),
                            ("store", "One shop"),
                        ],
                        default="all",
                        max_length=8,
                        verbose_name="for",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("store", "In a shop"),
                            ("online", "Online"),
                            ("phone", "By phone"),
                        ],
                        help_text="Empty: anywhere.",
                        max_length=8,
                        verbose_name="bought",
                    ),
                ),
                (
                    "priority",
                    models.IntegerField(
                        default=0,
                        help_text="Where several fit, the highest decides.",
                        verbose_name="priority",
                    ),
                ),
                (
                    "second_person",
                    models.BooleanField(
                        default=False,
                        help_text="A version is put in force by another person than the one who saved it last.",
                        verbose_name="another person publishes",
                    ),
                ),
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
                "verbose_name": "historical return policy",
                "verbose_name_plural": "historical return policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPolicyVersion",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "In force"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "rules",
                    models.JSONField(
                        default=apps.returns.policy.settings.default_rules,
                        validators=[apps.returns.policy.settings.validate_rules],
                        verbose_name="rules",
                    ),
                ),
                ("lock_version", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(verbose_name="begun")),
                (
                    "written_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="saved last"),
                ),
                (
                    "written_by",
                    models.CharField(blank=True, max_length=150, verbose_name="saved last by"),
                ),
                ("written_by_id", models.CharField(blank=True, max_length=64)),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published"),
                ),
                (
                    "published_by",
                    models.CharField(blank=True, max_length=150, verbose_name="published by"),
                ),
                ("published_by_id", models.CharField(blank=True, max_length=64)),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
                (
                    "retired_by",
                    models.CharField(blank=True, max_length=150, verbose_name="retired by"),
                ),
                (
                    "needs_second",
                    models.BooleanField(default=False, verbose_name="published by another person"),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="returns.returnpolicy",
                        verbose_name="policy",
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
                "verbose_name": "historical policy version",
                "verbose_name_plural": "historical policy versions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReasonCode",
            fields=[
                ("code", models.CharField(db_index=True, max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "disposition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("return_to_stock", "Back to the shelf"),
                            ("quarantine", "Quarantine"),
                            ("damaged", "Damaged"),
                            ("return_to_supplier", "Back to the supplier"),
                            ("repair", "Repair"),
                            ("write_off", "Write off"),
                            ("transfer", "To another shop"),
                        ],
                        help_text="Empty: the condition decides.",
                        max_length=24,
                        verbose_name="goods go to",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="returns.reasoncode",
                        verbose_name="part of",
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
                "verbose_name": "historical reason",
                "verbose_name_plural": "historical reasons",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConditionCode",
            fields=[
                ("code", models.CharField(db_index=True, max_length=32, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "disposition",
                    models.CharField(
                        choices=[
                            ("return_to_stock", "Back to the shelf"),
                            ("quarantine", "Quarantine"),
                            ("damaged", "Damaged"),
                            ("return_to_supplier", "Back to the supplier"),
                            ("repair", "Repair"),
                            ("write_off", "Write off"),
                            ("transfer", "To another shop"),
                        ],
                        max_length=24,
                        verbose_name="goods go to",
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
                "verbose_name": "historical condition",
                "verbose_name_plural": "historical conditions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
