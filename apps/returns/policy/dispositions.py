"""Where goods go. Pure."""

from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.states import Disposition


def disposition_of(line: LineFacts, facts: Facts) -> str:
    """Recalled goods go to quarantine; else the reason decides if it says so, else the condition."""
    if line.goods is not None and line.goods.recalled:
        return Disposition.QUARANTINE
    by_reason = facts.reasons.get(line.asked.reason, "")
    return by_reason or facts.conditions.get(line.asked.condition, Disposition.QUARANTINE)
