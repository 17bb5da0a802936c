from __future__ import annotations

from typing import Any

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.pricing import Totals
from apps.returns.policy.rules.sale_known import taken_without


def no_receipt_cap(facts: Facts, totals: Totals) -> Finding | None:
    """One return without a receipt gives back at most so much."""
    if not taken_without(facts) or facts.rules is None:
        return None
    settings = facts.rules.no_receipt
    limit = settings.cap.of(facts.store_currency)
    if limit is None:
        return None
    inputs = {"amount_minor": totals.amount_minor, "limit_minor": limit}
    if totals.amount_minor <= limit:
        return Finding("no_receipt_cap", "ok", inputs)
    return by_action("no_receipt_cap", "no-receipt-cap", inputs, settings.above_cap)


def no_receipt_customer(facts: Facts, totals: Totals) -> Finding | None:
    """One customer brings so much without receipts in some time, this return counted."""
    if not taken_without(facts) or facts.rules is None:
        return None
    rule, settings = "no_receipt_customer", facts.rules.no_receipt
    most = settings.customer_amount.of(facts.store_currency)
    if not settings.customer_count and most is None:
        return None
    before = facts.counters.without_receipt
    inputs: dict[str, Any] = {
        "days": settings.customer_days,
        "count": before.count + 1,
        "count_limit": settings.customer_count or None,
        "amount_minor": before.amount_minor + totals.amount_minor,
        "limit_minor": most,
    }
    if not facts.returner_known:
        return Finding(rule, "customer-required", inputs)
    if within(inputs):
        return Finding(rule, "ok", inputs)
    return by_action(rule, "no-receipt-limit", inputs, settings.above_customer)


def within(inputs: dict[str, Any]) -> bool:
    """Neither count nor amount is above its limit, where there is one."""
    count, most = inputs["count_limit"], inputs["limit_minor"]
    return (count is None or inputs["count"] <= count) and (
        most is None or inputs["amount_minor"] <= most
    )
