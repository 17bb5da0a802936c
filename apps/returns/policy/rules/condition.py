from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.settings import Rules
from apps.returns.policy.settings.goods import Condition


def condition(line: LineFacts, facts: Facts) -> Finding | None:
    """Goods are taken in the conditions that the policy accepts."""
    if facts.rules is None:
        return None
    settings, asked = facts.rules.conditions, line.asked.condition
    row = row_for(line, facts)
    inputs = {"condition": asked, "category": line.goods.category if line.goods else ""}
    if not asked and settings.required:
        return Finding("condition", "condition-required", inputs)
    if row is None:
        return Finding("condition", "ok", inputs) if settings.rows or settings.required else None
    return by_action("condition", "condition-refused", inputs, row.accept)


def row_for(line: LineFacts, facts: Facts) -> Condition | None:
    """What the policy says of goods like these: of their category if it does, else of all."""
    if facts.rules is None:
        return None
    category = line.goods.category if line.goods else ""
    return find_row(facts.rules, line.asked.condition, category)


def find_row(rules: Rules, condition: str, category: str) -> Condition | None:
    """None where the policy says nothing of the condition, or none is stated."""
    fitting = [
        row
        for row in rules.conditions.rows
        if condition and row.condition == condition and row.category in ("", category)
    ]
    return max(fitting, key=lambda row: row.category != "", default=None)
