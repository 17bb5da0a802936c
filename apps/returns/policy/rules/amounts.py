from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Totals


def amount_maximum(facts: Facts, totals: Totals) -> Finding | None:
    """No return gives back more than the policy's maximum."""
    limit = facts.rules.amount.deny_above.of(facts.store_currency) if facts.rules else None
    return _within("amount_maximum", "amount-above-maximum", totals.amount_minor, limit)


def amount_limit(facts: Facts, totals: Totals) -> Finding | None:
    """Above the policy's amount a manager is asked."""
    limit = facts.rules.amount.ask_above.of(facts.store_currency) if facts.rules else None
    return _within("amount_limit", "amount-above-limit", totals.amount_minor, limit)


def register_limit(facts: Facts, totals: Totals) -> Finding | None:
    """Above the amount of the register's profile a manager is asked."""
    return _within(
        "register_limit", "register-limit", totals.amount_minor, facts.register_limit_minor
    )


def operator_limit(facts: Facts, totals: Totals) -> Finding | None:
    """Above what an operator may give back in a day a manager is asked."""
    limit = facts.rules.amount.operator_per_day.of(facts.store_currency) if facts.rules else None
    today = facts.counters.operator_today.amount_minor + totals.amount_minor
    return _within("operator_limit", "operator-limit", today, limit) if facts.operator else None


def _within(rule: str, code: str, amount: int, limit: int | None) -> Finding | None:
    """None without a limit."""
    if limit is None:
        return None
    inputs = {"amount_minor": amount, "limit_minor": limit}
    return Finding(rule, "ok" if amount <= limit else code, inputs)
