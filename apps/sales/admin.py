"""Sales as they were taken in, and what came under the number of one that stands."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import (
    AskingAct,
    AskingAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ReasonForm,
    actor_of,
    answers,
    rows,
    section,
)
from apps.common.admin.columns import (
    column,
    copyable,
    exactly,
    flag,
    money,
    quantity,
    related,
    state,
    when,
)
from apps.common.admin.filters import belongs, chosen, lately, since
from apps.sales import services
from apps.sales.models import Sale, SaleConflict, SaleLine, SaleTender
from apps.sales.states import Channel, ConflictStatus

_ZONE = "store__timezone"
_OF_SALE = "sale__currency"


@column("taxes", _("taxes"))
def taxes(line: SaleLine) -> str:
    return display.listed(
        display.listed(
            (
                f"{tax.code} {tax.rate * 100:f}".rstrip("0").rstrip(".") + " %",
                "" if tax.inclusive else _("on top"),
                display.money(tax.tax_minor, line.sale.currency),
            ),
            " ",
        )
        for tax in line.taxes.all()
    )


@column("money_discounts", _("discounts"))
def discounts(line: SaleLine) -> str:
    """The line's own, and its share of those on the whole sale."""
    total = line.discount_minor + line.order_discount_minor
    return display.money(total, line.sale.currency) if total else display.NOTHING


@column("qty_back", _("came back"))
def came_back(line: SaleLine) -> str:
    promised = line.authorized_quantity
    said = display.quantity(line.returned_quantity)
    if not promised:
        return said
    return display.listed((said, _("promised:"), display.quantity(promised)), " ")


@column("flags", _("remarks"))
def remarks(line: SaleLine) -> str:
    said = [display.badge(_("final sale"), display.WAIT)] if line.final_sale else []
    if line.serial_number:
        said.append(display.copyable(line.serial_number))
    return display.listed(said, " ")


class LineInline(ReadOnlyInline[SaleLine, Sale]):
    model = SaleLine
    verbose_name_plural = _("What was sold, and what came back of it")
    ordering = ("line_number",)
    fields = rows(
        "line_number",
        related("item", _("item")),
        quantity("quantity", _("quantity")),
        money("unit_price_minor", _("unit price"), currency=_OF_SALE),
        discounts,
        money("total_minor", _("paid"), currency=_OF_SALE),
        taxes,
        came_back,
        money("refunded_minor", _("given back"), currency=_OF_SALE),
        remarks,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SaleLine]:
        rows = super().get_queryset(request)
        return rows.select_related("item", "sale").prefetch_related("taxes")


@column("card", _("card"))
def card(tender: SaleTender) -> str:
    text = f"{tender.card_brand} •••• {tender.last4}" if tender.last4 else tender.card_brand
    return text or display.NOTHING


class TenderInline(ReadOnlyInline[SaleTender, Sale]):
    model = SaleTender
    verbose_name_plural = _("How it was paid, and what went back")
    ordering = ("number",)
    fields = rows(
        "number",
        "kind",
        money("amount_minor", _("amount"), currency=_OF_SALE),
        card,
        "gateway",
        copyable("gateway_ref", _("reference at the processor")),
        money("refunded_minor", _("refunded"), currency=_OF_SALE),
        money("pending_minor", _("on its way"), currency=_OF_SALE),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SaleTender]:
        return super().get_queryset(request).select_related("sale")


@column("till", _("shop / register"))
def till(sale: Sale) -> str:
    return f"{sale.store.number} / {sale.terminal_number}"


@column("customer", _("customer"))
def customer(sale: Sale) -> str:
    return display.copyable(sale.customer_ref) if sale.customer_ref else display.NOTHING


@admin.register(Sale)
class SaleAdmin(ReadOnlyAdmin[Sale]):
    """What was sold, frozen when it was taken in."""

    shop_rule = "store_id"
    trail_name = "sale"

    ordering = ("-received_at", "-id")
    list_display = (
        "receipt_number",
        till,
        when("sold_at", _("sold"), zone=_ZONE),
        "channel",
        money("total_minor", _("total")),
        customer,
        flag("training", _("training")),
        flag("voided", _("voided")),
    )
    list_select_related = ("store",)
    list_filter = (
        since("received_at", _("Taken in")),
        belongs("store", _("Shop")),
        chosen("channel", _("Channel"), Channel.choices),
        lately("training", _("Training"), at="received_at"),
        lately("voided", _("Voided"), at="received_at"),
    )
    search_paths = (
        "receipt_number",
        "customer_ref",
        "lines__serial_number",
        "lines__item__sku",
        "pk",
    )
    search_help_text = _("Receipt, customer, serial number or SKU, exactly as printed")
    inlines = (LineInline, TenderInline)
    fieldsets = (
        section(
            None,
            copyable("receipt_number", _("receipt")),
            related("store", _("shop")),
            "terminal_number",
            exactly("sold_at", _("sold"), zone=_ZONE),
            "channel",
            "operator_ref",
            customer,
        ),
        section(
            _("Amounts"),
            money("gross_minor", _("gross")),
            money("discount_minor", _("discounts")),
            money("tax_minor", _("taxes in it")),
            money("total_minor", _("total")),
        ),
        section(
            _("How it came"),
            "business_date",
            "sequence_number",
            related("terminal", _("sent by")),
            exactly("received_at", _("taken in"), zone=_ZONE),
            "source_order_ref",
            flag("training", _("training")),
            flag("voided", _("voided")),
            copyable("id", _("id")),
            folded=True,
        ),
    )
    empty_says = _("Sales appear here as registers send them.")
    empty_first = _("Add a register, issue its secret, and let it send its first sale.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sale]:
        return super().get_queryset(request).select_related("store").defer("content_hash")


@column("differences", _("differences"))
def differences(conflict: SaleConflict) -> str:
    found: list[dict[str, Any]] = conflict.differences
    rows = [
        [display.words(row.get("field", "")), row.get("stands"), row.get("came")] for row in found
    ]
    if not rows:
        return display.muted(_("The headline fields agree; lines or tenders differ."))
    return display.table([_("field"), _("the sale that stands"), _("what came")], rows)


@column("body", _("what came"))
def body(conflict: SaleConflict) -> str:
    return display.document(conflict.body)


def _is_open(conflict: SaleConflict) -> bool:
    return conflict.status == ConflictStatus.OPEN


def _settle(to: ConflictStatus, said: Any) -> Any:
    def run(request: HttpRequest, conflict: SaleConflict) -> Any:
        note, actor = answers(request)["note"], actor_of(request)
        services.settle_conflict(conflict, to, note=note, actor=actor, now=timezone.now())
        return said

    return run


RESOLVE = AskingAct(
    "resolve",
    _("Resolve"),
    lambda conflict: _(
        "It was seen to: the numbering was mended, or the other sale came under a number of its own. "
        "It leaves the error queue; if the register sends the same again, it comes back. The sale "
        "that stands is not changed."
    ),
    _settle(ConflictStatus.RESOLVED, _("Resolved.")),
    fits=_is_open,
    form=lambda conflict: lambda data=None: ReasonForm(data, label=_("What was done")),
)
DISCARD = AskingAct(
    "discard",
    _("Discard"),
    lambda conflict: _(
        "What came is of no account, and stays out of the error queue however often the register "
        "sends it. It is kept. The sale that stands is not changed."
    ),
    _settle(ConflictStatus.DISCARDED, _("Discarded.")),
    fits=_is_open,
    danger=True,
    form=lambda conflict: lambda data=None: ReasonForm(data, label=_("Reason")),
)


@admin.register(SaleConflict)
class SaleConflictAdmin(AskingAdmin[SaleConflict], ReadOnlyAdmin[SaleConflict]):
    """A second body under the number of a sale that stands: kept to be looked at, never applied."""

    shop_rule = "sale__store_id"
    acts = (RESOLVE, DISCARD)
    trail_name = "sale"
    ordering = ("-last_at", "-id")
    list_display = (
        related("sale", _("the sale that stands")),
        state("status", _("status"), {ConflictStatus.OPEN: display.BAD}),
        related("terminal", _("sent by")),
        "times",
        when("last_at", _("last came"), zone="sale__store__timezone"),
        when("first_at", _("first came"), zone="sale__store__timezone"),
    )
    list_display_links = ("times",)
    list_select_related = ("sale__store", "terminal__store")
    list_filter = (
        chosen("status", _("Status"), ConflictStatus.choices),
        since("last_at", _("Last came")),
    )
    search_paths = ("sale__receipt_number", "sale__customer_ref")
    search_help_text = _("Receipt or customer")
    lead = _(
        "A register sent another sale under a number that is taken. The first one stands; find out "
        "which is right, and let the register send the other under a number of its own."
    )
    fieldsets = (
        section(
            None,
            related("sale", _("the sale that stands")),
            related("terminal", _("sent by")),
            "times",
            state("status", _("status"), {ConflictStatus.OPEN: display.BAD}),
            "note",
            "settled_by",
            exactly("settled_at", _("settled"), zone="sale__store__timezone"),
        ),
        section(
            None,
            exactly("first_at", _("first came"), zone="sale__store__timezone"),
            exactly("last_at", _("last came"), zone="sale__store__timezone"),
        ),
        section(_("Differences"), differences, body),
    )
    empty_says = _("No register ever sent another sale under a number that was taken.")
