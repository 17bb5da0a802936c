"""What a register sends for an invoice: bodies and keys, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from client.replay.invoices import Entry, Invoice
from client.replay.matching import Take
from client.replay.shops import shop_of
from client.transport import JsonObject

TERMINAL = "01"
CURRENCY = "GBP"


def sale_key(invoice: str) -> str:
    """Spelled out, because a key must have 16 characters or more."""
    return f"online-retail-sale-{invoice}"


def line_id(invoice: str, position: int) -> str:
    """A cancellation line's name in the journal: invoice and place on it."""
    return f"{invoice}-{position}"


def return_key(cancellation_line: str, part: int) -> str:
    return f"online-retail-return-{cancellation_line}-{part}"


def round_half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def included_tax(total: int) -> int:
    """The 20 % VAT inside a total."""
    return round_half_up(Decimal(total * 20) / 120)


def quantity_text(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")


def sale_body(invoice: Invoice) -> JsonObject:
    """The sale that an invoice's goods lines make, at the shop of its country."""
    shop = shop_of(invoice.country)
    lines = [_sale_line(number, entry) for number, entry in enumerate(invoice.entries, 1)]
    total = sum(line["total"] for line in lines)
    body: JsonObject = {
        "terminal": TERMINAL,
        "business_date": invoice.at.date().isoformat(),
        "sequence_number": int(invoice.number),
        "receipt_number": f"OR-{shop.number}-{invoice.number}",
        "sold_at": invoice.at.isoformat(),
        "currency": CURRENCY,
        "channel": "store",
        "lines": lines,
        "tenders": [_tender(invoice, total)],
        "total": total,
    }
    if invoice.customer:
        body["customer"] = invoice.customer
    return body


def _sale_line(number: int, entry: Entry) -> JsonObject:
    total = round_half_up(entry.unit_price * entry.quantity)
    vat = {"code": "VAT-S", "rate": "0.20", "inclusive": True, "amount": included_tax(total)}
    return {
        "line_number": number,
        "sku": entry.sku,
        "description": entry.description or entry.sku,
        "quantity": quantity_text(entry.quantity),
        "unit_price": entry.unit_price,
        "discount": 0,
        "taxes": [vat],
        "total": total,
    }


def _tender(invoice: Invoice, total: int) -> JsonObject:
    if invoice.customer is None:
        return {"number": 1, "kind": "cash", "amount": total}
    return {
        "number": 1,
        "kind": "card",
        "amount": total,
        "gateway": "sandbox",
        "gateway_ref": f"sbx_or_{invoice.number}",
        "card_brand": "visa",
        "last4": "4242",
    }


def return_body(invoice: Invoice, receipt_number: str, takes: Sequence[Take]) -> JsonObject:
    """Goods of one sale coming back with a cancellation, received at once."""
    return {
        "sale": {"receipt_number": receipt_number},
        "lines": [
            {
                "sale_line": take.line_number,
                "quantity": quantity_text(take.quantity),
                "reason": "customer_remorse",
                "condition": "unopened",
            }
            for take in takes
        ],
        "exchange": [],
        "refund_to": "original",
        "occurred_at": invoice.at.isoformat(),
        "complete": True,
    }
