from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.settings.kinds import Action
from apps.returns.policy.settings.places import NotRanged


def stock_here(line: LineFacts, facts: Facts) -> Finding | None:
    """What this shop's stock says of the goods, right now: carried here, and not being counted."""
    if facts.rules is None or line.goods is None:
        return None
    settings, level = facts.rules.stock, line.stock
    if level is not None and level.counting:
        inputs = {"sku": line.goods.sku, "counting": True}
        return by_action("stock_here", "being-counted", inputs, settings.counting)
    carried = carried_here(line)
    inputs = {"sku": line.goods.sku, "carried": carried}
    if settings.not_ranged == NotRanged.AS_USUAL:
        return None
    if carried:
        return Finding("stock_here", "ok", inputs)
    if settings.not_ranged == NotRanged.TRANSFER:
        return Finding("stock_here", "goes-to-other-shop", inputs)
    return by_action("stock_here", "not-carried-here", inputs, Action.OVERRIDE)


def carried_here(line: LineFacts) -> bool:
    """Whether the shop has ever sold, counted or been sent such goods."""
    return line.stock is not None and line.stock.ranged
