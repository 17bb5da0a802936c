from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.rules.sale_known import goes_without


def item_known(line: LineFacts, facts: Facts) -> Finding | None:
    """Without a sale the product has to be named, and known here."""
    if facts.sale is not None or not goes_without(line, facts):
        return None
    code = "ok" if line.item is not None else "item-unknown"
    return Finding("item_known", code, {"sku": line.asked.sku})
