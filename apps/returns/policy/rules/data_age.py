from __future__ import annotations

from datetime import datetime, timedelta

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action


def sale_age(facts: Facts) -> Finding | None:
    """The register that sold was heard of recently: what it did since is not unknown for long."""
    if facts.rules is None:
        return None
    minutes = facts.rules.data_age.sale_minutes
    return _fresh(facts, "sale_age", "sale-data-old", facts.ages.seller_seen_at, minutes)


def stock_age(facts: Facts) -> Finding | None:
    """What another system told of this shop's stock is recent."""
    if facts.rules is None:
        return None
    minutes = facts.rules.data_age.stock_minutes
    return _fresh(facts, "stock_age", "stock-data-old", facts.ages.stock_told_at, minutes)


def _fresh(
    facts: Facts, rule: str, code: str, known_at: datetime | None, minutes: int
) -> Finding | None:
    """None where any age will do, or there is nothing that could be old."""
    if not minutes or known_at is None or facts.rules is None:
        return None
    inputs = {"known_at": known_at.isoformat(), "minutes": minutes}
    if facts.at - known_at <= timedelta(minutes=minutes):
        return Finding(rule, "ok", inputs)
    return by_action(rule, code, inputs, facts.rules.data_age.older)
