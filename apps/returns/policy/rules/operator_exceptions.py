from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.pricing import Totals


def operator_exceptions(facts: Facts, totals: Totals) -> Finding | None:
    """An operator with more exceptions than usual needs a manager for whatever comes next."""
    if facts.rules is None or not facts.operator or not facts.rules.operator.exceptions:
        return None
    settings = facts.rules.operator
    count = facts.counters.operator_exceptions
    inputs = {"days": settings.days, "count": count, "count_limit": settings.exceptions}
    if count <= settings.exceptions:
        return Finding("operator_exceptions", "ok", inputs)
    return by_action("operator_exceptions", "operator-exceptions", inputs, settings.above)
