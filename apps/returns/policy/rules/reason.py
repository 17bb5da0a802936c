from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding, by_action


def reason(line: LineFacts, facts: Facts) -> Finding | None:
    """Goods of a category come back for the reasons that the policy names for it."""
    if facts.rules is None:
        return None
    settings, asked = facts.rules.reasons, line.asked.reason
    category = line.goods.category if line.goods else ""
    inputs = {"reason": asked, "category": category}
    if not asked and settings.required:
        return Finding("reason", "reason-required", inputs)
    rows = [row for row in settings.categories if row.category == category]
    if not rows:
        return Finding("reason", "ok", inputs) if settings.required else None
    if any(asked in row.allowed for row in rows):
        return Finding("reason", "ok", inputs)
    return by_action("reason", "reason-refused", inputs, settings.otherwise)
