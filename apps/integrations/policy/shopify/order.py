"""A paid order as a sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.common.money import format_minor
from apps.integrations.policy.shopify.lines import (
    KEPT,
    Line,
    Reader,
    goods,
    service,
    services,
    to_sale_lines,
)
from apps.integrations.policy.shopify.outcomes import (
    HELD,
    NOTED,
    REJECTED,
    Known,
    NotASale,
    ShopTerms,
)
from apps.integrations.policy.shopify.reading import Body, listed, minor, text
from apps.integrations.policy.shopify.refunded import (
    money_gone,
    pieces_gone,
    refunds_of,
    shipping_gone,
)
from apps.integrations.policy.shopify.tenders import payments_of, read_tenders
from apps.sales.commands import NewSale
from apps.sales.states import Channel

_PAID = ("paid", "partially_refunded")
_OVER = ("refunded", "voided")


def read_order(order: Body, *, terms: ShopTerms, known: Known) -> NewSale:
    """The sale that an order is, or NotASale with the reason.

    1. Only what is paid counts; what went back before is not in the sale any more.
    2. Lines keep their own prices, discounts and taxes; shipping, tips and duties are lines too.
    3. The lines have to add up to what was paid. After a refund they may not, since a shop gives back
       more or less than the goods cost: a discount on the whole, or a line that is not given back,
       makes up for it. Without a refund a difference is refused: nothing is guessed.
    """
    _check_paid(order)
    currency = text(order.get("currency"), 3)
    if currency != terms.currency:
        detail = f"The order is in {currency or 'no currency'}, the shop here in {terms.currency}."
        raise NotASale(REJECTED, "currency", detail)
    refunds, left_out = refunds_of(order, known)
    reader = Reader(currency, order.get("taxes_included") is True, pieces_gone(refunds))
    lines = goods(order, reader)
    if not lines:
        raise NotASale(NOTED, "nothing-left", "Nothing is left of the order that could come back.")
    lines += services(order, reader, shipping_gone(refunds, currency))
    paid = _paid(order, currency, refunds, left_out)
    lines, discounts = _made_to_fit(
        lines, _discounts(order, currency), paid, bool(refunds), currency
    )
    tenders = read_tenders(
        order, paid, payments=payments_of(order, known), refunds=refunds, terms=terms
    )
    sold_at = _moment(order)
    return NewSale(
        terminal=terms.register,
        business_date=sold_at.astimezone(ZoneInfo(terms.timezone)).date(),
        sequence_number=_number(order),
        receipt_number=receipt_number(order, terms.prefix),
        sold_at=sold_at,
        currency=currency,
        channel=Channel.ONLINE,
        source_order_ref=str(order["id"]),
        operator="",
        customer=text((order.get("customer") or {}).get("id"), 64),
        lines=to_sale_lines(lines),
        discounts=tuple(discounts),
        tenders=tenders,
        total=paid,
        training=order.get("test") is True,
        voided=False,
    )


def receipt_number(order: Body, prefix: str) -> str:
    """What the customer has on paper, `#1001`, as `WS-1001`."""
    return f"{prefix}{text(order.get('name'), 40).lstrip('#')}"


def _check_paid(order: Body) -> None:
    status = text(order.get("financial_status"), 32)
    if order.get("cancelled_at"):
        raise NotASale(NOTED, "cancelled", "The order was cancelled.")
    if status in _OVER:
        raise NotASale(NOTED, "nothing-left", f"The order is {status}: nothing can come back.")
    if status not in _PAID:
        raise NotASale(HELD, "not-paid", f"The order is not paid yet ({status or 'not said'}).")
    if not text(order.get("name"), 40).lstrip("#"):
        raise NotASale(REJECTED, "no-number", "The order has no number.")


def _paid(order: Body, currency: str, refunds: Sequence[Body], left_out: Sequence[Body]) -> int:
    """What was paid and not given back, as far as the refunds that count say.

    By payments, or by Shopify's own present total where that is less (something was taken out of the
    order without a payment back): never more than is left.
    """
    by_payments = minor(order.get("total_price"), currency, "total_price") - money_gone(
        refunds, currency
    )
    if not refunds or order.get("current_total_price") is None:
        return by_payments
    now = minor(order["current_total_price"], currency, "current_total_price")
    told = {str(refund.get("id")) for refund in listed(order, "refunds")}
    untold = [refund for refund in refunds if str(refund.get("id")) not in told]
    return min(by_payments, now + money_gone(left_out, currency) - money_gone(untold, currency))


def _discounts(order: Body, currency: str) -> list[tuple[str, int]]:
    """Discounts of the whole order, in bodies of old versions: newer ones tell each line's share."""
    items = listed(order, "line_items")
    if any("discount_allocations" in item for item in items):
        return []
    own = sum(minor(item.get("total_discount"), currency, "discount") for item in items)
    left = minor(order.get("total_discounts"), currency, "total_discounts") - own
    return [("discount", left)] if left > 0 else []


def _made_to_fit(
    lines: list[Line],
    discounts: list[tuple[str, int]],
    paid: int,
    after_refunds: bool,
    currency: str,
) -> tuple[list[Line], list[tuple[str, int]]]:
    total = sum(line.total for line in lines) - sum(amount for _, amount in discounts)
    sane = paid >= 0 and all(line.net >= 0 for line in lines)
    if total == paid and sane:
        return lines, discounts
    if not sane or not after_refunds:
        told = f"{format_minor(total, currency)}, paid {format_minor(paid, currency)}"
        raise NotASale(REJECTED, "numbers", f"The lines do not add up to what was paid: {told}.")
    if total > paid:
        return lines, [*discounts, ("refunded before", total - paid)]
    return [*lines, service(KEPT, paid - total)], discounts


def _moment(order: Body) -> datetime:
    given = order.get("processed_at") or order.get("created_at")
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year < 2200:
        raise NotASale(REJECTED, "time", f"The time of the order is none: {str(given)[:40]}.")
    return moment


def _number(order: Body) -> int:
    number = order.get("id")
    if isinstance(number, int) and 0 < number < 2**63:
        return number
    raise NotASale(REJECTED, "no-number", "The id of the order is no number.")
