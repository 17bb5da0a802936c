import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", models.CharField(max_length=64, unique=True, verbose_name="SKU")),
                ("gtin", models.CharField(blank=True, max_length=14, verbose_name="GTIN")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                ("category", models.CharField(blank=True, max_length=64, verbose_name="category")),
                ("unit", models.CharField(default="each", max_length=8, verbose_name="unit")),
                ("returnable", models.BooleanField(default=True, verbose_name="returnable")),
                (
                    "serial_tracked",
                    models.BooleanField(default=False, verbose_name="has serial numbers"),
                ),
                (
                    "hazardous",
                    models.BooleanField(
                        default=False,
                        help_text="Is never taken back over the counter.",
                        verbose_name="hazardous",
                    ),
                ),
                (
                    "recalled",
                    models.BooleanField(
                        default=False,
                        help_text="Is always taken back, and goes to quarantine.",
                        verbose_name="recalled",
                    ),
                ),
                (
                    "unlisted",
                    models.BooleanField(
                        default=False,
                        help_text="First seen on a sale. Complete it and untick this.",
                        verbose_name="unlisted",
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
                "indexes": [
                    models.Index(
                        condition=models.Q(("unlisted", True)), fields=["sku"], name="item_unlisted"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "on_hand",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="on hand"
                    ),
                ),
                (
                    "reserved",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="reserved"
                    ),
                ),
                (
                    "quarantined",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="in quarantine"
                    ),
                ),
                (
                    "damaged",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="damaged"
                    ),
                ),
                (
                    "to_supplier",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="back to supplier"
                    ),
                ),
                (
                    "written_off",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="written off"
                    ),
                ),
                (
                    "reorder_point",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="reorder at"
                    ),
                ),
                (
                    "ranged",
                    models.BooleanField(
                        default=True,
                        help_text="Has been sold, counted or delivered here, not only brought back.",
                        verbose_name="carried here",
                    ),
                ),
                (
                    "counting_since",
                    models.DateTimeField(null=True, verbose_name="being counted since"),
                ),
            ],
            options={
                "verbose_name": "stock level",
                "verbose_name_plural": "stock levels",
                "constraints": [
                    models.UniqueConstraint(fields=("store", "item"), name="stock_level_once"),
                    models.CheckConstraint(
                        condition=models.Q(("reserved__gte", 0)), name="stock_reserved_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "bucket",
                    models.CharField(
                        choices=[
                            ("sellable", "On the shelf"),
                            ("quarantine", "In quarantine"),
                            ("damaged", "Damaged"),
                            ("vendor", "Back to the supplier"),
                            ("scrap", "Written off"),
                        ],
                        max_length=16,
                        verbose_name="bucket",
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="quantity"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sale", "Sale"),
                            ("return", "Return"),
                            ("exchange", "Exchange"),
                            ("void", "Void"),
                            ("count", "Count"),
                            ("transfer", "Transfer"),
                            ("adjustment", "Adjustment"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "reference",
                    models.CharField(max_length=96, unique=True, verbose_name="reference"),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="happened")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
            ],
            options={
                "verbose_name": "stock movement",
                "verbose_name_plural": "stock movements",
                "indexes": [
                    models.Index(fields=["store", "item", "-id"], name="stock_movement_level")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bucket__in", ["sellable", "quarantine", "damaged", "vendor", "scrap"])
                        ),
                        name="stock_movement_bucket_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True),
                        name="stock_movement_moves_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "counted",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="counted"),
                ),
                (
                    "expected",
                    models.DecimalField(decimal_places=3, max_digits=12, verbose_name="expected"),
                ),
                ("counted_at", models.DateTimeField(verbose_name="when")),
                ("counted_by", models.CharField(blank=True, max_length=64, verbose_name="by")),
            ],
            options={
                "verbose_name": "stock count",
                "verbose_name_plural": "stock counts",
                "indexes": [
                    models.Index(fields=["store", "-counted_at"], name="stock_count_recent")
                ],
            },
        ),
        migrations.CreateModel(
            name="StockReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=64, verbose_name="source")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="stores.store",
                        verbose_name="shop",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                ("told_at", models.DateTimeField(verbose_name="as of")),
                (
                    "on_hand",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=18, verbose_name="on hand"
                    ),
                ),
            ],
            options={
                "verbose_name": "stock report",
                "verbose_name_plural": "stock reports",
                "indexes": [
                    models.Index(fields=["store", "item", "-told_at"], name="stock_report_level")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "store", "item"), name="stock_report_last_word"
                    )
                ],
            },
        ),
    ]
