import django.db.models.deletion
from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("sales", "0001_initial"),
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoreCredit",
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
                ("code", models.CharField(max_length=32, unique=True, verbose_name="code")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("card", "Card"),
                            ("gift_card", "Gift card"),
                            ("store_credit", "Store credit"),
                            ("wallet", "Wallet"),
                            ("invoice", "Credit note"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="issued by",
                    ),
                ),
                (
                    "customer_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="customer"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("balance_minor", models.BigIntegerField(default=0, verbose_name="balance")),
                ("created_at", models.DateTimeField(verbose_name="issued")),
            ],
            options={
                "verbose_name": "store credit",
                "verbose_name_plural": "store credit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("balance_minor__gte", 0)),
                        name="store_credit_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
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
                ("reference", models.CharField(max_length=64, verbose_name="for")),
                ("label", models.CharField(max_length=64, verbose_name="return")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "terminal_number",
                    models.CharField(blank=True, max_length=16, verbose_name="register"),
                ),
                (
                    "customer_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="customer"),
                ),
                (
                    "sale_tender",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="sales.saletender",
                        verbose_name="original tender",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("card", "Card"),
                            ("gift_card", "Gift card"),
                            ("store_credit", "Store credit"),
                            ("wallet", "Wallet"),
                            ("invoice", "Credit note"),
                        ],
                        max_length=16,
                        verbose_name="to",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("gateway", models.CharField(blank=True, max_length=32, verbose_name="processor")),
                (
                    "payment_ref",
                    models.CharField(blank=True, max_length=128, verbose_name="payment"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("submitted", "On its way"),
                            ("succeeded", "Paid back"),
                            ("failed", "Declined"),
                            ("requires_action", "Needs the customer"),
                            ("unknown", "Not known"),
                            ("superseded", "Paid another way"),
                            ("reversed", "Taken back"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "provider_ref",
                    models.CharField(
                        blank=True, max_length=128, verbose_name="reference at the processor"
                    ),
                ),
                (
                    "failure_code",
                    models.CharField(blank=True, max_length=64, verbose_name="why not"),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(null=True, verbose_name="next attempt")),
                (
                    "store_credit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="refunds.storecredit",
                    ),
                ),
                (
                    "superseded_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supersedes",
                        to="refunds.refund",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="made")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "indexes": [
                    models.Index(fields=["reference", "id"], name="refund_reference"),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ["submitted", "unknown", "requires_action"])
                        ),
                        fields=["next_attempt_at"],
                        name="refund_due",
                    ),
                    models.Index(fields=["-created_at", "-id"], name="refund_recent"),
                    models.Index(fields=["sale_tender"], name="refund_tender"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="refund_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "planned",
                                    "submitted",
                                    "succeeded",
                                    "failed",
                                    "requires_action",
                                    "unknown",
                                    "superseded",
                                    "reversed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="refund_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["submitted", "unknown", "requires_action"]),
                                _negated=True,
                            ),
                            ("next_attempt_at__isnull", False),
                            _connector="OR",
                        ),
                        name="refund_never_stuck",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefundEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="refunds.refund",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("request", "Asked"),
                            ("success", "Paid back"),
                            ("failure", "Declined"),
                            ("unknown", "No clear answer"),
                            ("reverse", "Taken back"),
                            ("cancel", "Cancelled"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("attempt", models.PositiveIntegerField(default=0, verbose_name="attempt")),
                ("detail", models.JSONField(default=dict, verbose_name="detail")),
            ],
            options={
                "verbose_name": "step of a refund",
                "verbose_name_plural": "steps of refunds",
            },
        ),
        migrations.CreateModel(
            name="StoreCreditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="refunds.storecredit",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "reference",
                    models.CharField(max_length=96, unique=True, verbose_name="reference"),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "store credit entry",
                "verbose_name_plural": "store credit entries",
            },
        ),
        migrations.CreateModel(
            name="SandboxPayment",
            fields=[
                (
                    "ref",
                    models.CharField(
                        max_length=128, primary_key=True, serialize=False, verbose_name="payment"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "payment at the sandbox",
                "verbose_name_plural": "payments at the sandbox",
            },
        ),
        migrations.CreateModel(
            name="SandboxRefund",
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
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="refunds.sandboxpayment",
                        verbose_name="payment",
                    ),
                ),
                (
                    "key",
                    models.CharField(max_length=255, unique=True, verbose_name="idempotency key"),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("status", models.CharField(max_length=16, verbose_name="status")),
                ("code", models.CharField(blank=True, max_length=64, verbose_name="why not")),
                ("created_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "refund at the sandbox",
                "verbose_name_plural": "refunds at the sandbox",
            },
        ),
        migrations.CreateModel(
            name="SandboxInstruction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "behaviour",
                    models.CharField(
                        choices=[
                            ("decline", "Decline"),
                            ("timeout", "Refund, then time out"),
                            ("error", "Answer 500 without refunding"),
                            ("hang", "Refund, then hang for a minute"),
                        ],
                        max_length=16,
                        verbose_name="behaviour",
                    ),
                ),
                (
                    "payment_ref",
                    models.CharField(
                        blank=True,
                        help_text="Empty: for any payment.",
                        max_length=128,
                        verbose_name="only for payment",
                    ),
                ),
                ("remaining", models.PositiveIntegerField(default=1, verbose_name="for the next")),
            ],
            options={
                "verbose_name": "sandbox instruction",
                "verbose_name_plural": "sandbox instructions",
            },
        ),
    ]
