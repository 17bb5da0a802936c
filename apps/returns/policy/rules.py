"""The rules, each one function with codes of its own. Pure.

A rule answers a `Finding`: its code and the inputs it looked at. Rules that do not apply answer
None, and leave no trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.returns.policy.codes import RESPONSES
from apps.returns.policy.facts import ExchangeFacts, Facts, LineFacts
from apps.returns.states import Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule said, and on what grounds."""

    rule: str
    code: str
    inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        return RESPONSES[self.code].outcome


def policy_in_force(facts: Facts) -> Finding:
    book = facts.rulebook
    inputs = {"policy": book.name, "version": book.version} if book else {}
    return Finding("policy", "ok" if book else "no-policy", inputs)


def sale_known(facts: Facts) -> Finding:
    """The receipt is there, a real sale, and in the shop's currency."""
    if not facts.receipt_named:
        return Finding("sale_known", "receipt-required")
    sale = facts.sale
    if sale is None:
        return Finding("sale_known", "sale-unknown")
    inputs = {
        "receipt": sale.receipt_number,
        "currency": sale.currency,
        "shop_currency": facts.store_currency,
    }
    if sale.training:
        return Finding("sale_known", "sale-training", inputs)
    if sale.voided:
        return Finding("sale_known", "sale-voided", inputs)
    if sale.currency != facts.store_currency:
        return Finding("sale_known", "sale-other-currency", inputs)
    return Finding("sale_known", "ok", inputs)


def line_belongs(line: LineFacts) -> Finding:
    found = line.sold is not None
    inputs: dict[str, Any] = {"line": line.asked.sale_line}
    if line.sold is not None and line.asked.sku and line.asked.sku != line.sold.sku:
        return Finding(
            "line_belongs",
            "line-not-on-receipt",
            {**inputs, "sku": line.asked.sku, "sold": line.sold.sku},
        )
    return Finding("line_belongs", "ok" if found else "line-not-on-receipt", inputs)


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
    return Finding(
        "quantity_left", "ok" if line.asked.quantity <= left else "quantity-exceeded", inputs
    )


def window(facts: Facts) -> Finding | None:
    """Until the last second of the last day, in the shop's time zone."""
    if facts.sale is None or facts.rulebook is None:
        return None
    days = facts.rulebook.rules.window_days
    zone = ZoneInfo(facts.store_timezone)
    last_day = _day(facts.sale.sold_at, zone) + timedelta(days=days)
    today = _day(facts.at, zone)
    inputs = {
        "sold": facts.sale.sold_at.isoformat(),
        "days": days,
        "last_day": str(last_day),
        "today": str(today),
    }
    return Finding("window", "ok" if today <= last_day else "window-expired", inputs)


def returnable(line: LineFacts) -> Finding | None:
    """Recalled goods are always taken; final sales, hazardous and not returnable goods never."""
    if line.sold is None:
        return None
    sold = line.sold
    inputs = {
        "recalled": sold.recalled,
        "final_sale": sold.final_sale,
        "hazardous": sold.hazardous,
        "returnable": sold.returnable,
    }
    if sold.recalled:
        code = "recalled"
    elif sold.final_sale:
        code = "final-sale"
    elif sold.hazardous:
        code = "hazardous"
    else:
        code = "ok" if sold.returnable else "not-returnable"
    return Finding("returnable", code, inputs)


def exchange_stock(exchange: ExchangeFacts, claimed: Decimal) -> Finding:
    """Exchange goods must be on hand and not promised to somebody else, right now."""
    inputs = {"sku": exchange.asked.sku, "requested": str(exchange.asked.quantity)}
    if exchange.item_id is None:
        return Finding("stock_now", "exchange-unknown-item", inputs)
    if exchange.available is None:
        return Finding("stock_now", "exchange-not-stocked", inputs)
    inputs["available"] = str(exchange.available - claimed)
    enough = exchange.asked.quantity <= exchange.available - claimed
    return Finding("stock_now", "ok" if enough else "exchange-out-of-stock", inputs)


def _day(moment: datetime, zone: ZoneInfo) -> Any:
    return moment.astimezone(zone).date()
