from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding


def returnable(line: LineFacts, facts: Facts) -> Finding | None:
    """Recalled goods are always taken; final sales, hazardous and not returnable goods never."""
    goods = line.goods
    if goods is None:
        return None
    inputs = {
        "recalled": goods.recalled,
        "final_sale": line.sold is not None and line.sold.final_sale,
        "hazardous": goods.hazardous,
        "returnable": goods.returnable,
    }
    if goods.recalled:
        code = "recalled"
    elif inputs["final_sale"]:
        code = "final-sale"
    elif goods.hazardous:
        code = "hazardous"
    else:
        code = "ok" if goods.returnable else "not-returnable"
    return Finding("returnable", code, inputs)
