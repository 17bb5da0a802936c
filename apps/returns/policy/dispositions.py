"""Where goods go. Pure."""

from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.rules.stock_here import carried_here
from apps.returns.policy.settings.places import NotRanged
from apps.returns.states import Disposition


def disposition_of(line: LineFacts, facts: Facts) -> str:
    """Recalled goods go to quarantine; else the reason decides if it says so, else the condition."""
    if line.goods is not None and line.goods.recalled:
        return Disposition.QUARANTINE
    by_reason = facts.reasons.get(line.asked.reason, "")
    usual = by_reason or facts.conditions.get(line.asked.condition, Disposition.QUARANTINE)
    if usual == Disposition.RETURN_TO_STOCK and _put_aside(line, facts):
        return Disposition.TRANSFER
    return usual


def _put_aside(line: LineFacts, facts: Facts) -> bool:
    """Goods as new that this shop does not carry, where the policy sends them on."""
    transfers = facts.rules is not None and facts.rules.stock.not_ranged == NotRanged.TRANSFER
    return transfers and not carried_here(line)
