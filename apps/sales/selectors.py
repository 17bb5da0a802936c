"""Reading sales back: the sale a register names exactly, and a customer's earlier sales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from apps.common.errors import Invalid, NotFound
from apps.common.paging import newest_first
from apps.sales.commands import SaleKey
from apps.sales.models import Sale, SaleLine, SaleLineTax, SaleTender

PAGE = 50


@dataclass(frozen=True, slots=True)
class Search:
    """What is known of a purchase without its receipt. Customer, serial number or card is needed."""

    customer: str = ""
    sku: str = ""
    serial: str = ""
    card: str = ""
    since: datetime | None = None
    until: datetime | None = None


def sale_by_key(key: SaleKey) -> Sale:
    """The sale that was named exactly, whatever its shop; NotFound otherwise."""
    sales = _with_parts(SaleLine.objects.all())
    if key.receipt_number:
        found = sales.filter(receipt_number=key.receipt_number).first()
    else:
        found = sales.filter(
            store__number=key.store, terminal_number=key.terminal,
            business_date=key.business_date or date.min, sequence_number=key.sequence_number,
        ).first()  # fmt: skip
    if found is None:
        raise NotFound("No such sale.")
    return found


def search_sales(search: Search, *, cursor: str | None) -> tuple[list[Sale], str | None]:
    """Sales with something left to return, newest first, with only the lines that match."""
    if not (search.customer or search.serial or search.card):
        message = "Name the customer, the serial number or the card's fingerprint."
        raise Invalid(message, code="invalid-request")
    left = Q(quantity__gt=F("returned_quantity") + F("authorized_quantity"))
    lines = SaleLine.objects.filter(left)
    if search.sku:
        lines = lines.filter(item__sku=search.sku)
    if search.serial:
        lines = lines.filter(serial_number=search.serial)
    sales = _with_parts(lines).filter(
        Exists(lines.filter(sale=OuterRef("pk"))), training=False, voided=False
    )
    if search.customer:
        sales = sales.filter(customer_ref=search.customer)
    if search.card:
        paid = SaleTender.objects.filter(card_fingerprint=search.card).values("sale")
        sales = sales.filter(pk__in=paid)
    if search.since:
        sales = sales.filter(sold_at__gte=search.since)
    if search.until:
        sales = sales.filter(sold_at__lte=search.until)
    return newest_first(sales, field="sold_at", cursor=cursor, limit=PAGE)


def sale_received_at(store_id: int) -> datetime | None:
    """When the newest sale of a shop came in; None: none ever did."""
    newest = Sale.objects.filter(store_id=store_id).order_by("-received_at")
    return newest.values_list("received_at", flat=True).first()


def _with_parts(lines: QuerySet[SaleLine]) -> QuerySet[Sale]:
    taxes = Prefetch("taxes", SaleLineTax.objects.order_by("pk"))
    ordered = lines.select_related("item").prefetch_related(taxes).order_by("line_number")
    tenders = Prefetch("tenders", SaleTender.objects.order_by("number"))
    return Sale.objects.select_related("store").prefetch_related(
        Prefetch("lines", ordered), tenders
    )
