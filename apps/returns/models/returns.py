from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Trim, Upper
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import Approver
from apps.approvals.states import Method
from apps.common.ids import uuid7
from apps.inventory.models import Item
from apps.returns.models.policies import PolicyVersion
from apps.returns.states import (
    AdjustmentKind,
    Disposition,
    Outcome,
    RefundTo,
    ReturnKind,
    ReturnStatus,
)
from apps.sales.models import Sale, SaleLine, SaleTender
from apps.sales.states import Channel
from apps.stores.models import Store
from apps.terminals.models import Terminal


class CustomerReturn(models.Model):
    """A customer's attempt to bring goods back, with what was decided and why. Denied ones are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=32, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    terminal = models.ForeignKey(Terminal, models.PROTECT, verbose_name=_("register"))
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, verbose_name=_("sale"))
    receipt_number = models.CharField(_("receipt"), max_length=96, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=ReturnKind.choices)
    purchase_channel = models.CharField(
        _("bought"), max_length=8, blank=True, choices=Channel.choices
    )
    status = models.CharField(_("status"), max_length=16, choices=ReturnStatus.choices)
    decision = models.CharField(_("decision"), max_length=16, choices=Outcome.choices)
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, verbose_name=_("decided by")
    )
    operator_ref = models.CharField(_("operator"), max_length=64, blank=True)
    customer_ref = models.CharField(_("customer"), max_length=64, blank=True)
    refund_to = models.CharField(_("money to"), max_length=16, choices=RefundTo.choices)
    currency = models.CharField(_("currency"), max_length=3)
    line_total_minor = models.BigIntegerField(_("worth of the goods"), default=0)
    fee_total_minor = models.BigIntegerField(_("fees"), default=0)
    # The shop whose income the fees are, as text: it stays what it was.
    fees_kept_by = models.CharField(_("fees kept by shop"), max_length=16, blank=True)
    adjustment_total_minor = models.BigIntegerField(_("changed by staff"), default=0)
    rounding_minor = models.BigIntegerField(_("cash rounding"), default=0)
    exchange_total_minor = models.BigIntegerField(_("exchange goods"), default=0)
    refund_total_minor = models.BigIntegerField(_("money back"), default=0)
    due_minor = models.BigIntegerField(_("to be paid by the customer"), default=0)
    scope = models.CharField(_("scope"), max_length=8, blank=True)
    occurred_at = models.DateTimeField(_("at the register"))
    received_at = models.DateTimeField(_("heard"))
    expires_at = models.DateTimeField(_("good until"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    # Keyed digest of an identity document; the document itself is nowhere.
    id_hash = models.CharField(_("identity document"), max_length=64, blank=True)
    card_fingerprint = models.CharField(_("card fingerprint"), max_length=64, blank=True)
    # What the register had decided by itself, while it was offline.
    offline_outcome = models.CharField(
        _("decided offline"), max_length=16, blank=True, choices=Outcome.choices
    )
    offline_data_at = models.DateTimeField(_("on data as of"), null=True)
    # Codes that a manager has allowed.
    waived = ArrayField(models.CharField(max_length=48), verbose_name=_("allowed"), default=list)
    clock_suspect = models.BooleanField(_("register's clock is off"), default=False)
    messages = models.JSONField(default=list)
    trace = models.JSONField(default=list)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ReturnStatus.values), name="return_status_known"
            ),
            # Goods, fees, changes, exchange and rounding explain the money to the cent.
            models.CheckConstraint(
                condition=models.Q(
                    refund_total_minor=models.F("line_total_minor")
                    - models.F("fee_total_minor")
                    - models.F("exchange_total_minor")
                    + models.F("adjustment_total_minor")
                    + models.F("rounding_minor")
                    + models.F("due_minor")
                ),
                name="return_money_explained",
            ),
            models.CheckConstraint(
                condition=models.Q(refund_total_minor__gte=0, due_minor__gte=0),
                name="return_money_positive",
            ),
            # Only goods that arrived are completed, and they say when.
            models.CheckConstraint(
                condition=~models.Q(status="completed") | models.Q(completed_at__isnull=False),
                name="return_completed_when",
            ),
        ]
        indexes = [
            # A shop's returns, newest first (the register's list, and the admin's).
            models.Index(fields=["store", "-received_at", "-id"], name="return_store_recent"),
            models.Index(fields=["-received_at", "-id"], name="return_recent"),
            # What the expiry job looks for.
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status__in=["authorized", "needs_override"]), name="return_expiring",
            ),
            models.Index(fields=["sale"], name="return_sale"),
            # How often somebody returned, by each sign that they are known by.
            models.Index(
                fields=["customer_ref", "-received_at"],
                condition=~models.Q(customer_ref=""), name="return_of_customer",
            ),
            models.Index(
                fields=["id_hash", "-received_at"],
                condition=~models.Q(id_hash=""), name="return_of_document",
            ),
            models.Index(
                fields=["card_fingerprint", "-received_at"],
                condition=~models.Q(card_fingerprint=""), name="return_of_card",
            ),
            # What an operator did lately.
            models.Index(
                fields=["store", "operator_ref", "-received_at"],
                condition=~models.Q(operator_ref=""), name="return_of_operator",
            ),
            # What waits for a manager, longest first (the page for it, and the home page).
            models.Index(
                fields=["received_at", "id"],
                condition=models.Q(status="needs_override"), name="return_waiting",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """One line: what was asked, allowed and received, and what it is worth."""

    id = models.BigAutoField(primary_key=True)
    customer_return = models.ForeignKey(CustomerReturn, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    sale_line = models.ForeignKey(SaleLine, models.PROTECT, null=True)
    sale_line_number = models.PositiveIntegerField(_("line of the sale"), null=True)
    item = models.ForeignKey(Item, models.PROTECT, null=True, verbose_name=_("item"))
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    requested_quantity = models.DecimalField(_("asked"), max_digits=12, decimal_places=3)
    authorized_quantity = models.DecimalField(_("allowed"), max_digits=12, decimal_places=3)
    received_quantity = models.DecimalField(_("received"), max_digits=12, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    condition = models.CharField(_("condition"), max_length=32, blank=True)
    disposition = models.CharField(
        _("goods go to"), max_length=24, choices=Disposition.choices, blank=True
    )
    serial_number = models.CharField(_("serial number"), max_length=64, blank=True)
    net_minor = models.BigIntegerField(_("net"))
    tax_minor = models.BigIntegerField(_("taxes"))
    fee_minor = models.BigIntegerField(_("fee"))
    refund_minor = models.BigIntegerField(_("worth"))
    adjustment_minor = models.BigIntegerField(_("changed by staff"), default=0)
    taxes = models.JSONField(default=list)  # [[tax of the sale line, minor units], …]
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices)
    codes = ArrayField(models.CharField(max_length=48), default=list)

    class Meta:
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints = [
            models.UniqueConstraint(
                fields=["customer_return", "number"], name="return_line_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    received_quantity__lte=models.F("authorized_quantity"),
                    authorized_quantity__lte=models.F("requested_quantity"),
                ),
                name="return_line_quantities_shrink",
            ),
            # A fee is never more than the line is worth, and nobody owes for bringing goods back.
            models.CheckConstraint(
                condition=models.Q(fee_minor__gte=0, fee_minor__lte=models.F("refund_minor"))
                & models.Q(refund_minor__gte=models.F("fee_minor") - models.F("adjustment_minor")),
                name="return_line_fee_capped",
            ),
        ]
        indexes = [
            # What came back of a sale line (verify, and the sale's page).
            models.Index(fields=["sale_line"], name="return_line_sale_line"),
        ]


class ExchangeLine(models.Model):
    """Goods that go out against the goods that come in: reserved with the decision, moved on completion."""

    id = models.BigAutoField(primary_key=True)
    customer_return = models.ForeignKey(
        CustomerReturn, models.PROTECT, related_name="exchange_lines"
    )
    number = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price_minor = models.BigIntegerField(_("unit price"))
    total_minor = models.BigIntegerField(_("total"))
    reserved = models.BooleanField(_("reserved"), default=False)

    class Meta:
        verbose_name = _("exchange line")
        verbose_name_plural = _("exchange lines")
        constraints = [
            models.UniqueConstraint(
                fields=["customer_return", "number"], name="exchange_line_number_once"
            ),
        ]


class Override(models.Model):
    """A manager's word on one code of a return: allowed, or not. Append-only, by trigger."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    customer_return = models.ForeignKey(CustomerReturn, models.PROTECT, related_name="overrides")
    response_code = models.CharField(_("reason"), max_length=48)
    allowed = models.BooleanField(_("allowed"))
    approver = models.ForeignKey(Approver, models.PROTECT, verbose_name=_("approver"))
    # As they were then.
    approved_by = models.CharField(_("personnel number"), max_length=64)
    operator_ref = models.CharField(_("operator"), max_length=64, blank=True)
    method = models.CharField(_("proved by"), max_length=8, choices=Method.choices)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    amount_minor = models.BigIntegerField(_("worth of the goods"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints = [
            # One word on each code.
            models.UniqueConstraint(
                fields=["customer_return", "response_code"], name="override_code_once"
            ),
            # Nobody approves their own returns, however they write their number.
            models.CheckConstraint(
                condition=~Exact(Upper(Trim("approved_by")), Upper(Trim("operator_ref"))),
                name="override_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=Method.values), name="override_method_known"
            ),
        ]


class ReturnAdjustment(models.Model):
    """Why the money of a return is not the worth of its goods: one row per fee, change and rounding.

    `amount_minor` is what the customer gets more; negative: less. Rows follow their return: what was
    announced becomes smaller with it when fewer goods come.
    """

    id = models.BigAutoField(primary_key=True)
    customer_return = models.ForeignKey(CustomerReturn, models.PROTECT, related_name="adjustments")
    kind = models.CharField(_("kind"), max_length=16, choices=AdjustmentKind.choices)
    line_number = models.PositiveIntegerField(_("line"), null=True)
    sale_tender = models.ForeignKey(
        SaleTender, models.PROTECT, null=True, verbose_name=_("original tender")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.CharField(_("made by"), max_length=64, blank=True)
    # What an operator could change alone at that moment.
    alone_minor = models.BigIntegerField(_("allowed alone"), default=0)
    approved_by = models.CharField(_("allowed by"), max_length=150, blank=True)
    # A return that waits for its manager has changed nothing yet.
    in_effect = models.BooleanField(_("in effect"))

    class Meta:
        verbose_name = _("adjustment of a return")
        verbose_name_plural = _("adjustments of returns")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=AdjustmentKind.values),
                name="return_adjustment_kind_known",
            ),
            # Above the limit somebody else has allowed it: never who made it.
            models.CheckConstraint(
                condition=~models.Q(kind="manual", in_effect=True)
                | models.Q(
                    amount_minor__lte=models.F("alone_minor"),
                    amount_minor__gte=0 - models.F("alone_minor"),
                )
                | models.Q(~models.Q(approved_by=""), ~models.Q(approved_by=models.F("made_by"))),
                name="return_adjustment_two_people",
            ),
            # A change says who and why; a fee takes; rounding belongs to cash, not to a line.
            models.CheckConstraint(
                condition=models.Q(
                    ~models.Q(made_by=""),
                    ~models.Q(reason=""),
                    kind="manual",
                    line_number__isnull=False,
                    sale_tender=None,
                )
                | models.Q(
                    kind="fee", amount_minor__lte=0, line_number__isnull=False, sale_tender=None
                )
                | models.Q(kind="rounding", line_number=None),
                name="return_adjustment_explained",
            ),
            # One fee and one change for a line.
            models.UniqueConstraint(
                fields=["customer_return", "line_number", "kind"],
                condition=models.Q(line_number__isnull=False),
                name="return_adjustment_once",
            ),
        ]
        indexes = [
            # What a tender's refunds were rounded by (verify).
            models.Index(
                fields=["sale_tender"],
                condition=models.Q(sale_tender__isnull=False), name="return_adjustment_tender",
            ),
        ]  # fmt: skip
