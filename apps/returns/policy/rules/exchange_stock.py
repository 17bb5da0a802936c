from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.returns.policy.facts import ExchangeFacts
from apps.returns.policy.findings import Finding


def exchange_stock(exchange: ExchangeFacts, claimed: Decimal) -> Finding:
    """Exchange goods must be on hand and not promised to somebody else, right now; recalled goods stay."""
    asked = exchange.asked
    inputs: dict[str, Any] = {"sku": asked.sku, "requested": str(asked.quantity)}
    inputs["per_unit_minor"] = asked.unit_price
    if exchange.item_id is None:
        return Finding("stock_now", "exchange-unknown-item", inputs)
    if exchange.recalled:
        return Finding("stock_now", "exchange-recalled", inputs)
    if exchange.available is None:
        return Finding("stock_now", "exchange-not-stocked", inputs)
    inputs["available"] = str(exchange.available - claimed)
    enough = exchange.asked.quantity <= exchange.available - claimed
    return Finding("stock_now", "ok" if enough else "exchange-out-of-stock", inputs)
