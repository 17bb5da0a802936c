from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding


def policy_in_force(facts: Facts) -> Finding:
    """There is a published version for this shop and channel."""
    book = facts.rulebook
    inputs = {"policy": book.name, "version": book.version} if book else {}
    return Finding("policy", "ok" if book else "no-policy", inputs)
