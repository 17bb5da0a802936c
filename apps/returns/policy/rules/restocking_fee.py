from __future__ import annotations

from decimal import Decimal

from apps.common.money import extended_price, round_half_up
from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Worth
from apps.returns.policy.rules.condition import row_for
from apps.returns.policy.settings.goods import Condition


def restocking_fee(line: LineFacts, facts: Facts, worth: Worth) -> tuple[int, Finding | None]:
    """What is kept back of a line for its condition, in minor units."""
    row = row_for(line, facts)
    if row is None or not _keeps_back(row, facts.store_currency):
        return 0, None
    fee = fee_of(row, worth.refund, line.asked.quantity, facts.store_currency)
    inputs = {
        "condition": line.asked.condition,
        "percent": str(row.fee_percent),
        "per_unit_minor": row.fee.of(facts.store_currency) or 0,
        "worth_minor": worth.refund,
        "fee_minor": fee,
    }
    return fee, Finding("restocking_fee", "restocking-fee", inputs)


def fee_of(row: Condition, worth: int, quantity: Decimal, currency: str) -> int:
    """A part of the worth, an amount per unit, or both; never more than the worth."""
    share = round_half_up(worth * row.fee_percent / Decimal(100))
    return min(share + extended_price(row.fee.of(currency) or 0, quantity), worth)


def _keeps_back(row: Condition, currency: str) -> bool:
    return bool(row.fee_percent or row.fee.of(currency))
