from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.inventory.states import Bucket, MovementKind
from apps.stores.models import Store


def _quantity(label: Any) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(label, max_digits=18, decimal_places=3, default=0)


class Item(models.Model):
    """Something that is sold. `unlisted` ones were first seen on a sale; IT completes them."""

    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    category = models.CharField(_("category"), max_length=64, blank=True)
    unit = models.CharField(_("unit"), max_length=8, default="each")
    returnable = models.BooleanField(_("returnable"), default=True)
    serial_tracked = models.BooleanField(_("has serial numbers"), default=False)
    hazardous = models.BooleanField(
        _("hazardous"), default=False, help_text=_("Is never taken back over the counter.")
    )
    recalled = models.BooleanField(
        _("recalled"), default=False, help_text=_("Is always taken back, and goes to quarantine.")
    )
    unlisted = models.BooleanField(
        _("unlisted"),
        default=False,
        help_text=_("First seen on a sale. Complete it and untick this."),
    )

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        indexes = [
            # The list of what IT still has to complete.
            models.Index(fields=["sku"], condition=models.Q(unlisted=True), name="item_unlisted"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}".strip()


class StockLevel(models.Model):
    """How much of an item a shop has. Always the sum of its movements; `reserved` is promised.

    On hand may be negative: a sale is a fact, even of goods that nobody booked in.
    """

    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    on_hand = _quantity(_("on hand"))
    reserved = _quantity(_("reserved"))
    quarantined = _quantity(_("in quarantine"))
    damaged = _quantity(_("damaged"))
    to_supplier = _quantity(_("back to supplier"))
    written_off = _quantity(_("written off"))
    reorder_point = _quantity(_("reorder at"))
    ranged = models.BooleanField(
        _("carried here"), default=True,
        help_text=_("Has been sold, counted or delivered here, not only brought back."),
    )  # fmt: skip
    counting_since = models.DateTimeField(_("being counted since"), null=True)

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.UniqueConstraint(fields=["store", "item"], name="stock_level_once"),
            # What is promised cannot be less than nothing.
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0), name="stock_reserved_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.store}"


class StockMovement(models.Model):
    """The ledger of goods. `reference` (say `return:<id>:1`) is opaque here and happens once."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    bucket = models.CharField(_("bucket"), max_length=16, choices=Bucket.choices)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    kind = models.CharField(_("kind"), max_length=16, choices=MovementKind.choices)
    reference = models.CharField(_("reference"), max_length=96, unique=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(bucket__in=Bucket.values), name="stock_movement_bucket_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(quantity=0), name="stock_movement_moves_something"
            ),
        ]
        indexes = [
            # The ledger of one level (verify sums it; the admin shows it newest first).
            models.Index(fields=["store", "item", "-id"], name="stock_movement_level"),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.get_kind_display()} {self.pk}"


class StockCount(models.Model):
    """A shelf count: the difference to what was expected is the inventory's accuracy."""

    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    counted = models.DecimalField(_("counted"), max_digits=12, decimal_places=3)
    expected = models.DecimalField(_("expected"), max_digits=12, decimal_places=3)
    counted_at = models.DateTimeField(_("when"))
    counted_by = models.CharField(_("by"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        indexes = [
            # The latest counts of a shop.
            models.Index(fields=["store", "-counted_at"], name="stock_count_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.store}"


class StockReport(models.Model):
    """The latest that another system said of a level, so that older words change nothing."""

    source = models.CharField(_("source"), max_length=64)  # `flow:<id>`
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    told_at = models.DateTimeField(_("as of"))
    on_hand = _quantity(_("on hand"))

    class Meta:
        verbose_name = _("stock report")
        verbose_name_plural = _("stock reports")
        constraints = [
            # One last word of each source on each level.
            models.UniqueConstraint(
                fields=["source", "store", "item"], name="stock_report_last_word"
            ),
        ]
        indexes = [
            # How fresh a level is (a decision that rests on it).
            models.Index(fields=["store", "item", "-told_at"], name="stock_report_level"),
        ]
