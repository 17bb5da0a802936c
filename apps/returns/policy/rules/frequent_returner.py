from __future__ import annotations

from typing import Any

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.pricing import Totals
from apps.returns.policy.rules.without_receipt import within


def frequent_returner(facts: Facts, totals: Totals) -> Finding | None:
    """A customer's returns of some time, this one counted: told by number, document or card."""
    if facts.rules is None or not facts.returner_known:
        return None
    settings = facts.rules.returner
    most = settings.amount.of(facts.store_currency)
    if not settings.count and most is None:
        return None
    before = facts.counters.returner
    inputs: dict[str, Any] = {
        "days": settings.days,
        "count": before.count + 1,
        "count_limit": settings.count or None,
        "amount_minor": before.amount_minor + totals.amount_minor,
        "limit_minor": most,
    }
    if within(inputs):
        return Finding("frequent_returner", "ok", inputs)
    return by_action("frequent_returner", "frequent-returner", inputs, settings.above)
