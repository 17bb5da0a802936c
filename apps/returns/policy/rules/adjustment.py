from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Worth


def adjustment(line: LineFacts, facts: Facts, worth: Worth) -> Finding | None:
    """What staff gives more or less: never below nothing, and above a limit not without a manager."""
    asked = line.asked.adjustment
    if asked is None:
        return None
    alone, most = alone_minor(facts), _most(facts)
    inputs = {
        "adjustment_minor": asked.minor,
        "worth_minor": worth.to_customer,
        "alone_minor": alone,
        "most_minor": most,
    }
    if worth.to_customer + asked.minor < 0 or (most is not None and abs(asked.minor) > most):
        return Finding("adjustment", "adjustment-too-large", inputs)
    code = "adjustment-above-limit" if abs(asked.minor) > alone else "ok"
    return Finding("adjustment", code, inputs)


def alone_minor(facts: Facts) -> int:
    """What an operator may change of a line without a manager, in minor units."""
    limit = facts.rules.adjustments.alone.of(facts.store_currency) if facts.rules else None
    return limit or 0


def _most(facts: Facts) -> int | None:
    return facts.rules.adjustments.most.of(facts.store_currency) if facts.rules else None
