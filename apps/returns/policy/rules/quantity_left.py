from __future__ import annotations

from decimal import Decimal

from apps.returns.policy.facts import LineFacts
from apps.returns.policy.findings import Finding


def quantity_left(line: LineFacts, claimed: Decimal) -> Finding | None:
    """`claimed` is what earlier lines of this same return already took of the sale line."""
    if line.sold is None:
        return None
    sold = line.sold
    left = sold.quantity - sold.returned_quantity - sold.authorized_quantity - claimed
    inputs = {
        "sold": str(sold.quantity),
        "returned": str(sold.returned_quantity),
        "authorized": str(sold.authorized_quantity + claimed),
        "requested": str(line.asked.quantity),
    }
    code = "ok" if line.asked.quantity <= left else "quantity-exceeded"
    return Finding("quantity_left", code, inputs)
