"""Which parts of a message are kept: those that a sale is made of. Nothing else is ever stored.

Names, addresses, e-mail, notes and browsers stay outside. So do numbers that mean nothing here: a
checkout's id is 14 digits long and begins like a Diners card's, so that one in ten would be taken
for a card number and its order be refused for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.common.cards import scrub_card_numbers

MAX_TEXT = 300
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # NUL and half characters: PostgreSQL knows neither


def _plain(value: Any) -> Any:
    """A text, number, yes or no as JSON can hold it exactly; a card number in it is taken out."""
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, str | int | Decimal):
        return None
    text = scrub_card_numbers(_NO_TEXT.sub("", str(value)))[:MAX_TEXT]
    return value if isinstance(value, int) and text == str(value) else text


def _last_four(value: Any) -> str:
    """Of `•••• •••• •••• 4242`, or of a number that should not be there at all."""
    digits = [char for char in str(value or "") if char.isascii() and char.isdigit()]
    return "".join(digits[-4:])


_AMOUNT = {"shop_money": {"amount": _plain}}
_TAXES = [{"title": _plain, "price": _plain, "rate": _plain}]
_DISCOUNTS = [{"amount": _plain}]
_CARD = {"credit_card_company": _plain, "credit_card_number": _last_four}
_PAYMENT = {
    **dict.fromkeys(("id", "order_id", "parent_id", "kind", "status", "gateway"), _plain),
    **dict.fromkeys(("amount", "currency", "authorization", "payment_id", "test"), _plain),
    "payment_details": _CARD,
}
_REFUND = {
    **dict.fromkeys(("id", "order_id", "created_at"), _plain),
    "refund_line_items": [{"line_item_id": _plain, "quantity": _plain}],
    "refund_shipping_lines": [{"subtotal_amount_set": _AMOUNT}],
    "order_adjustments": [{"kind": _plain, "amount": _plain}],
    "transactions": [_PAYMENT],
}
_LINE = {
    **dict.fromkeys(("id", "sku", "variant_id", "product_id", "title", "name"), _plain),
    **dict.fromkeys(("quantity", "price", "total_discount", "gift_card"), _plain),
    "discount_allocations": _DISCOUNTS,
    "tax_lines": _TAXES,
}
_SHIPPING = {
    **dict.fromkeys(("id", "title", "code", "price", "discounted_price", "is_removed"), _plain),
    "discount_allocations": _DISCOUNTS,
    "tax_lines": _TAXES,
}
_ORDER = {
    **dict.fromkeys(("id", "name", "created_at", "processed_at", "updated_at"), _plain),
    **dict.fromkeys(("cancelled_at", "currency", "financial_status", "taxes_included"), _plain),
    **dict.fromkeys(("test", "gateway", "total_price", "current_total_price"), _plain),
    **dict.fromkeys(("total_discounts", "total_tip_received", "duties_included"), _plain),
    "payment_gateway_names": [_plain],
    "payment_details": _CARD,
    "original_total_duties_set": _AMOUNT,
    "customer": {"id": _plain},
    "tax_lines": _TAXES,
    "line_items": [_LINE],
    "shipping_lines": [_SHIPPING],
    "refunds": [_REFUND],
    "transactions": [_PAYMENT],
}

ORDER, REFUND, PAYMENT = "order", "refund", "payment"
TOPICS = {
    "orders/create": ORDER,
    "orders/paid": ORDER,
    "orders/updated": ORDER,
    "refunds/create": REFUND,
    "order_transactions/create": PAYMENT,
}
"""What a topic tells of. Others are answered and forgotten."""

_KEPT: dict[str, Any] = {ORDER: _ORDER, REFUND: _REFUND, PAYMENT: _PAYMENT}


def keep(topic: str, body: dict[str, Any]) -> dict[str, Any]:
    """The parts of a message that are stored; numbers with a point as text, exactly as they came."""
    kept: dict[str, Any] = _only(body, _KEPT[TOPICS[topic]])
    return kept


def order_id(topic: str, body: dict[str, Any]) -> str:
    """Which order a message is about; empty when it does not say."""
    value = body.get("id" if TOPICS[topic] == ORDER else "order_id")
    return str(value)[:64] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _only(value: Any, shape: Any) -> Any:
    if isinstance(shape, Callable):  # type: ignore[arg-type]
        return shape(value)
    if isinstance(shape, list):
        return [_only(item, shape[0]) for item in value] if isinstance(value, list) else []
    if not isinstance(value, dict):
        return {}
    return {name: _only(value[name], part) for name, part in shape.items() if name in value}
