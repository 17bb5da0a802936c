import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
        ("stores", "0001_initial"),
        ("terminals", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sale",
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
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminal",
                        verbose_name="sent by",
                    ),
                ),
                ("terminal_number", models.CharField(max_length=16, verbose_name="register")),
                ("business_date", models.DateField(verbose_name="business day")),
                ("sequence_number", models.BigIntegerField(verbose_name="sequence number")),
                (
                    "receipt_number",
                    models.CharField(max_length=64, unique=True, verbose_name="receipt"),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("store", "In a shop"),
                            ("online", "Online"),
                            ("phone", "By phone"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "source_order_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="order"),
                ),
                ("sold_at", models.DateTimeField(verbose_name="sold")),
                ("received_at", models.DateTimeField(verbose_name="taken in")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "operator_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="operator"),
                ),
                (
                    "customer_ref",
                    models.CharField(blank=True, max_length=64, verbose_name="customer"),
                ),
                ("gross_minor", models.BigIntegerField(verbose_name="gross")),
                ("discount_minor", models.BigIntegerField(verbose_name="discounts")),
                ("tax_minor", models.BigIntegerField(verbose_name="taxes")),
                ("total_minor", models.BigIntegerField(verbose_name="total")),
                ("training", models.BooleanField(default=False, verbose_name="training")),
                ("voided", models.BooleanField(default=False, verbose_name="voided")),
                (
                    "cash_increment_minor",
                    models.BigIntegerField(default=0, verbose_name="cash rounded to"),
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
                        max_length=16,
                        verbose_name="cash rounded",
                    ),
                ),
                ("content_hash", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "sale",
                "verbose_name_plural": "sales",
                "indexes": [
                    models.Index(
                        condition=models.Q(("customer_ref", ""), _negated=True),
                        fields=["customer_ref", "-sold_at", "-id"],
                        name="sale_of_customer",
                    ),
                    models.Index(fields=["-received_at", "-id"], name="sale_recent"),
                    models.Index(fields=["store", "-received_at"], name="sale_store_recent"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "terminal_number", "business_date", "sequence_number"),
                        name="sale_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="sales.sale",
                    ),
                ),
                ("line_number", models.PositiveIntegerField(verbose_name="line")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "description",
                    models.CharField(blank=True, max_length=200, verbose_name="description"),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="quantity"),
                ),
                ("unit_price_minor", models.BigIntegerField(verbose_name="unit price")),
                ("gross_minor", models.BigIntegerField(verbose_name="gross")),
                ("discount_minor", models.BigIntegerField(verbose_name="discount")),
                (
                    "order_discount_minor",
                    models.BigIntegerField(verbose_name="share of order discounts"),
                ),
                ("tax_minor", models.BigIntegerField(verbose_name="taxes")),
                ("total_minor", models.BigIntegerField(verbose_name="paid")),
                (
                    "serial_number",
                    models.CharField(blank=True, max_length=64, verbose_name="serial number"),
                ),
                ("final_sale", models.BooleanField(default=False, verbose_name="final sale")),
                (
                    "authorized_quantity",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=12, verbose_name="authorized"
                    ),
                ),
                (
                    "returned_quantity",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=12, verbose_name="returned"
                    ),
                ),
                (
                    "refunded_minor",
                    models.BigIntegerField(default=0, verbose_name="given back or promised"),
                ),
            ],
            options={
                "verbose_name": "sale line",
                "verbose_name_plural": "sale lines",
                "indexes": [
                    models.Index(
                        condition=models.Q(("serial_number", ""), _negated=True),
                        fields=["serial_number"],
                        name="sale_line_serial",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sale", "line_number"), name="sale_line_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("authorized_quantity__gte", 0),
                            ("returned_quantity__gte", 0),
                            (
                                "quantity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("authorized_quantity"),
                                    "+",
                                    models.F("returned_quantity"),
                                ),
                            ),
                        ),
                        name="sale_line_not_returned_twice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor__gte", 0),
                            ("refunded_minor__lte", models.F("total_minor")),
                        ),
                        name="sale_line_not_refunded_twice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleLineTax",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taxes",
                        to="sales.saleline",
                    ),
                ),
                ("code", models.CharField(max_length=32, verbose_name="tax")),
                ("rate", models.DecimalField(decimal_places=6, max_digits=10, verbose_name="rate")),
                ("inclusive", models.BooleanField(verbose_name="in the price")),
                ("taxable_minor", models.BigIntegerField(verbose_name="on")),
                ("tax_minor", models.BigIntegerField(verbose_name="amount")),
                (
                    "refunded_minor",
                    models.BigIntegerField(default=0, verbose_name="given back or promised"),
                ),
            ],
            options={
                "verbose_name": "tax",
                "verbose_name_plural": "taxes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("refunded_minor__gte", 0),
                            ("refunded_minor__lte", models.F("tax_minor")),
                        ),
                        name="sale_line_tax_not_refunded_twice",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleTender",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenders",
                        to="sales.sale",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cash", "Cash"),
                            ("card", "Card"),
                            ("gift_card", "Gift card"),
                            ("store_credit", "Store credit"),
                            ("wallet", "Wallet"),
                            ("invoice", "On invoice"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("amount_minor", models.BigIntegerField(verbose_name="amount")),
                ("gateway", models.CharField(blank=True, max_length=32, verbose_name="processor")),
                (
                    "gateway_ref",
                    models.CharField(
                        blank=True, max_length=128, verbose_name="reference at the processor"
                    ),
                ),
                ("card_brand", models.CharField(blank=True, max_length=32, verbose_name="brand")),
                ("last4", models.CharField(blank=True, max_length=4, verbose_name="last four")),
                (
                    "card_fingerprint",
                    models.CharField(blank=True, max_length=64, verbose_name="card fingerprint"),
                ),
                (
                    "needs_card_present",
                    models.BooleanField(default=False, verbose_name="needs the card"),
                ),
                ("refunded_minor", models.BigIntegerField(default=0, verbose_name="refunded")),
                ("pending_minor", models.BigIntegerField(default=0, verbose_name="on its way")),
                ("rounding_minor", models.BigIntegerField(default=0, verbose_name="rounding")),
                (
                    "refund_rounding_minor",
                    models.BigIntegerField(default=0, verbose_name="rounding of refunds"),
                ),
            ],
            options={
                "verbose_name": "tender",
                "verbose_name_plural": "tenders",
                "indexes": [
                    models.Index(
                        condition=models.Q(("card_fingerprint", ""), _negated=True),
                        fields=["card_fingerprint"],
                        name="sale_tender_card",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sale", "number"), name="sale_tender_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pending_minor__gte", 0),
                            ("refunded_minor__gte", 0),
                            (
                                "amount_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("refunded_minor"), "+", models.F("pending_minor")
                                ),
                            ),
                        ),
                        name="sale_tender_not_refunded_twice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "cash"),
                            models.Q(("refund_rounding_minor", 0), ("rounding_minor", 0)),
                            _connector="OR",
                        ),
                        name="sale_tender_rounds_cash",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleConflict",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="sales.sale",
                        verbose_name="the sale that stands",
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="terminals.terminal",
                        verbose_name="sent by",
                    ),
                ),
                ("content_hash", models.BinaryField(max_length=32)),
                ("body", models.JSONField(verbose_name="what came")),
                ("differences", models.JSONField(default=list, verbose_name="differences")),
                ("first_at", models.DateTimeField(verbose_name="first came")),
                ("last_at", models.DateTimeField(verbose_name="last came")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("resolved", "Resolved"),
                            ("discarded", "Discarded"),
                        ],
                        default="open",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=500, verbose_name="what was done"),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "settled_by",
                    models.CharField(blank=True, max_length=160, verbose_name="settled by"),
                ),
            ],
            options={
                "verbose_name": "sale conflict",
                "verbose_name_plural": "sale conflicts",
                "indexes": [
                    models.Index(fields=["-last_at"], name="sale_conflict_recent"),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["-last_at"],
                        name="sale_conflict_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sale", "content_hash"), name="sale_conflict_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "resolved", "discarded"])),
                        name="sale_conflict_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("status", "open")),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("status__in", ["resolved", "discarded"]),
                                models.Q(("note", ""), _negated=True),
                                models.Q(("settled_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sale_conflict_settled",
                    ),
                ],
            },
        ),
    ]
