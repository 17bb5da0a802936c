"""What went back before an order became a sale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from apps.integrations.policy.shopify.outcomes import Known
from apps.integrations.policy.shopify.reading import Body, listed, minor, shop_minor, whole

_NEVER_HAPPENED = ("failure", "error")


def refunds_of(order: Body, known: Known) -> tuple[list[Body], list[Body]]:
    """Refunds that count, and those of the order's own body that are left out; each once, by its id."""
    own = {_id(refund): refund for refund in listed(order, "refunds")}
    every = {**{_id(refund): refund for refund in known.refunds}, **own}
    if known.refund_ids is None:
        return list(every.values()), []
    counted = [refund for key, refund in every.items() if key in known.refund_ids]
    left_out = [refund for key, refund in own.items() if key not in known.refund_ids]
    return counted, left_out


def pieces_gone(refunds: Sequence[Body]) -> dict[str, int]:
    """How many pieces of each line item went back."""
    gone: Counter[str] = Counter()
    for refund in refunds:
        for row in listed(refund, "refund_line_items"):
            gone[str(row.get("line_item_id"))] += whole(row.get("quantity"), "quantity")
    return dict(gone)


def shipping_gone(refunds: Sequence[Body], currency: str) -> int:
    """Shipping that was given back, without taxes; told in one of two ways, by version."""
    total = 0
    for refund in refunds:
        rows = listed(refund, "refund_shipping_lines")
        total += sum(
            shop_minor(row.get("subtotal_amount_set"), currency, "shipping") for row in rows
        )
        if not rows:
            total += sum(
                abs(minor(row.get("amount"), currency, "shipping"))
                for row in listed(refund, "order_adjustments")
                if row.get("kind") == "shipping_refund"
            )
    return total


def money_gone(refunds: Sequence[Body], currency: str) -> int:
    """What these refunds paid back, or are about to."""
    return sum(
        minor(payment.get("amount"), currency, "refund")
        for refund in refunds
        for payment in refund_payments(refund)
    )


def refund_payments(refund: Body) -> list[Mapping[str, Any]]:
    return [
        payment
        for payment in listed(refund, "transactions")
        if payment.get("kind") == "refund" and payment.get("status") not in _NEVER_HAPPENED
    ]


def _id(refund: Body) -> str:
    return str(refund.get("id"))
