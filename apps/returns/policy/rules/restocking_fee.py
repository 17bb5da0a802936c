from __future__ import annotations

from decimal import Decimal

from apps.common.money import extended_price, round_half_up
from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Worth
from apps.returns.policy.rules.condition import row_for


def restocking_fee(line: LineFacts, facts: Facts, worth: Worth) -> tuple[int, Finding | None]:
    """What is kept back of a line for its condition: a part of its worth, an amount per unit, or
    both; never more than the line is worth. In minor units."""
    row = row_for(line, facts)
    if row is None:
        return 0, None
    per_unit = row.fee.of(facts.store_currency) or 0
    wanted = round_half_up(worth.refund * row.fee_percent / Decimal(100))
    wanted += extended_price(per_unit, line.asked.quantity)
    if not wanted:
        return 0, None
    fee = min(wanted, worth.refund)
    inputs = {
        "condition": line.asked.condition,
        "percent": str(row.fee_percent),
        "per_unit_minor": per_unit,
        "worth_minor": worth.refund,
        "fee_minor": fee,
    }
    return fee, Finding("restocking_fee", "restocking-fee", inputs)
