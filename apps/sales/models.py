from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.inventory.models import Item
from apps.sales.states import Channel, ConflictStatus, TenderKind
from apps.stores.models import Store
from apps.stores.states import CashMode
from apps.terminals.models import Terminal


class Sale(models.Model):
    """What was sold, frozen when it was taken in. Amounts in minor units of `currency`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    # Who sent it; the register that sold is `terminal_number`.
    terminal = models.ForeignKey(Terminal, models.PROTECT, verbose_name=_("sent by"))
    terminal_number = models.CharField(_("register"), max_length=16)
    business_date = models.DateField(_("business day"))
    sequence_number = models.BigIntegerField(_("sequence number"))
    receipt_number = models.CharField(_("receipt"), max_length=64, unique=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    source_order_ref = models.CharField(_("order"), max_length=64, blank=True)
    sold_at = models.DateTimeField(_("sold"))
    received_at = models.DateTimeField(_("taken in"))
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    operator_ref = models.CharField(_("operator"), max_length=64, blank=True)
    customer_ref = models.CharField(_("customer"), max_length=64, blank=True)
    gross_minor = models.BigIntegerField(_("gross"))
    discount_minor = models.BigIntegerField(_("discounts"))
    tax_minor = models.BigIntegerField(_("taxes"))
    total_minor = models.BigIntegerField(_("total"))
    training = models.BooleanField(_("training"), default=False)
    voided = models.BooleanField(_("voided"), default=False)
    # How cash was rounded, if it was: what goes back in cash is rounded alike.
    cash_increment_minor = models.BigIntegerField(_("cash rounded to"), default=0)
    cash_mode = models.CharField(
        _("cash rounded"), max_length=16, choices=CashMode.choices, default=CashMode.HALF_UP
    )
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        constraints = [
            # The natural key of retail: the same sale twice is one sale.
            models.UniqueConstraint(
                fields=["store", "terminal_number", "business_date", "sequence_number"],
                name="sale_natural_key",
            ),
        ]
        indexes = [
            # A customer without a receipt: their sales, newest first.
            models.Index(
                fields=["customer_ref", "-sold_at", "-id"],
                condition=~models.Q(customer_ref=""), name="sale_of_customer",
            ),
            # The admin's list, newest first, and a shop's day.
            models.Index(fields=["-received_at", "-id"], name="sale_recent"),
            models.Index(fields=["store", "-received_at"], name="sale_store_recent"),
        ]  # fmt: skip


class SaleLine(models.Model):
    """One line, with what came back of it so far. Only these counters ever change."""

    id = models.BigAutoField(primary_key=True)
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="lines")
    line_number = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price_minor = models.BigIntegerField(_("unit price"))
    gross_minor = models.BigIntegerField(_("gross"))
    discount_minor = models.BigIntegerField(_("discount"))
    order_discount_minor = models.BigIntegerField(_("share of order discounts"))
    tax_minor = models.BigIntegerField(_("taxes"))
    total_minor = models.BigIntegerField(_("paid"))
    serial_number = models.CharField(_("serial number"), max_length=64, blank=True)
    final_sale = models.BooleanField(_("final sale"), default=False)
    authorized_quantity = models.DecimalField(
        _("authorized"), max_digits=12, decimal_places=3, default=0
    )
    returned_quantity = models.DecimalField(
        _("returned"), max_digits=12, decimal_places=3, default=0
    )
    # Given back or promised for the units above; the base of the cumulative difference.
    refunded_minor = models.BigIntegerField(_("given back or promised"), default=0)

    class Meta:
        verbose_name = _("sale line")
        verbose_name_plural = _("sale lines")
        constraints = [
            models.UniqueConstraint(fields=["sale", "line_number"], name="sale_line_number_once"),
            # No unit comes back twice, whatever the services think.
            models.CheckConstraint(
                condition=models.Q(authorized_quantity__gte=0, returned_quantity__gte=0)
                & models.Q(
                    quantity__gte=models.F("authorized_quantity") + models.F("returned_quantity")
                ),
                name="sale_line_not_returned_twice",
            ),
            # No more is given back for a line than was paid for it.
            models.CheckConstraint(
                condition=models.Q(
                    refunded_minor__gte=0, refunded_minor__lte=models.F("total_minor")
                ),
                name="sale_line_not_refunded_twice",
            ),
        ]
        indexes = [
            # Look-up by serial number.
            models.Index(
                fields=["serial_number"],
                condition=~models.Q(serial_number=""),
                name="sale_line_serial",
            ),
        ]


class SaleLineTax(models.Model):
    """One tax of a line; a line may bear several."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(SaleLine, models.PROTECT, related_name="taxes")
    code = models.CharField(_("tax"), max_length=32)
    rate = models.DecimalField(_("rate"), max_digits=10, decimal_places=6)
    inclusive = models.BooleanField(_("in the price"))
    taxable_minor = models.BigIntegerField(_("on"))
    tax_minor = models.BigIntegerField(_("amount"))
    refunded_minor = models.BigIntegerField(_("given back or promised"), default=0)

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    refunded_minor__gte=0, refunded_minor__lte=models.F("tax_minor")
                ),
                name="sale_line_tax_not_refunded_twice",
            ),
        ]


class SaleTender(models.Model):
    """One way the sale was paid, with what went back to it so far."""

    id = models.BigAutoField(primary_key=True)
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="tenders")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=TenderKind.choices)
    amount_minor = models.BigIntegerField(_("amount"))
    gateway = models.CharField(_("processor"), max_length=32, blank=True)
    gateway_ref = models.CharField(_("reference at the processor"), max_length=128, blank=True)
    card_brand = models.CharField(_("brand"), max_length=32, blank=True)
    last4 = models.CharField(_("last four"), max_length=4, blank=True)
    # The processor's word for the card, the same at each payment; never its number.
    card_fingerprint = models.CharField(_("card fingerprint"), max_length=64, blank=True)
    needs_card_present = models.BooleanField(_("needs the card"), default=False)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    pending_minor = models.BigIntegerField(_("on its way"), default=0)
    # Parts of the amounts above that cash was rounded by, at the sale and when it went back.
    rounding_minor = models.BigIntegerField(_("rounding"), default=0)
    refund_rounding_minor = models.BigIntegerField(_("rounding of refunds"), default=0)

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints = [
            models.UniqueConstraint(fields=["sale", "number"], name="sale_tender_number_once"),
            # No more goes back to a tender than came from it.
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, pending_minor__gte=0)
                & models.Q(
                    amount_minor__gte=models.F("refunded_minor") + models.F("pending_minor")
                ),
                name="sale_tender_not_refunded_twice",
            ),
            # Nothing but cash is rounded.
            models.CheckConstraint(
                condition=models.Q(kind="cash")
                | models.Q(rounding_minor=0, refund_rounding_minor=0),
                name="sale_tender_rounds_cash",
            ),
        ]
        indexes = [
            # A customer without a receipt, and with the card that paid.
            models.Index(
                fields=["card_fingerprint"],
                condition=~models.Q(card_fingerprint=""), name="sale_tender_card",
            ),
        ]  # fmt: skip


class SaleConflict(models.Model):
    """A second body under the number of a sale that stands. Kept for IT to look at, never applied."""

    id = models.BigAutoField(primary_key=True)
    sale = models.ForeignKey(Sale, models.PROTECT, verbose_name=_("the sale that stands"))
    terminal = models.ForeignKey(Terminal, models.PROTECT, verbose_name=_("sent by"))
    content_hash = models.BinaryField(max_length=32)
    body = models.JSONField(_("what came"))
    differences = models.JSONField(_("differences"), default=list)
    first_at = models.DateTimeField(_("first came"))
    last_at = models.DateTimeField(_("last came"))
    times = models.PositiveIntegerField(_("times"), default=1)
    status = models.CharField(
        _("status"), max_length=16, choices=ConflictStatus.choices, default=ConflictStatus.OPEN
    )
    note = models.CharField(_("what was done"), max_length=500, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("sale conflict")
        verbose_name_plural = _("sale conflicts")
        constraints = [
            # The same wrong body again only counts up.
            models.UniqueConstraint(fields=["sale", "content_hash"], name="sale_conflict_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=ConflictStatus.values),
                name="sale_conflict_status_known",
            ),
            # Whoever closed one said who, when and why; an open one is not settled.
            models.CheckConstraint(
                condition=models.Q(status="open", settled_at__isnull=True)
                | models.Q(status__in=["resolved", "discarded"], settled_at__isnull=False)
                & ~models.Q(note="")
                & ~models.Q(settled_by=""),
                name="sale_conflict_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["-last_at"], name="sale_conflict_recent"),
            # What the error queue shows.
            models.Index(
                fields=["-last_at"], condition=models.Q(status="open"), name="sale_conflict_open"
            ),
        ]

    def __str__(self) -> str:
        return self.sale.receipt_number
