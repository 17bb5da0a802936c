from __future__ import annotations

from typing import Any

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding


def line_belongs(line: LineFacts, facts: Facts) -> Finding | None:
    """The receipt has the line, and it is of the product that was scanned."""
    if facts.sale is None:
        return None
    inputs: dict[str, Any] = {"line": line.asked.sale_line}
    if line.sold is None:
        return Finding("line_belongs", "line-not-on-receipt", inputs)
    if line.asked.sku and line.asked.sku != line.sold.sku:
        inputs |= {"sku": line.asked.sku, "sku_sold": line.sold.sku}
        return Finding("line_belongs", "line-not-on-receipt", inputs)
    return Finding("line_belongs", "ok", inputs)
