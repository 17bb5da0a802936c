from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.rules.sale_known import goes_without


def price_known(line: LineFacts, facts: Facts) -> Finding | None:
    """Without a sale goods are worth the lowest price at which they were sold lately."""
    if facts.sale is not None or line.item is None or facts.rules is None:
        return None
    if not goes_without(line, facts):
        return None
    inputs = {"days": facts.rules.no_receipt.lookback_days, "lowest_minor": line.lowest_minor}
    return Finding("price_known", "price-unknown" if line.lowest_minor is None else "ok", inputs)
