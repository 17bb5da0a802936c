from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding


def returnable(line: LineFacts, facts: Facts) -> Finding | None:
    """Recalled goods are always taken; final sales, hazardous and not returnable goods never.

    Shipping and services are given back where the policy says so, or their item.
    """
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
    elif _is_service(goods.category, facts):
        inputs["services_refunded"] = services_refunded(facts)
        given_back = goods.returnable or services_refunded(facts)
        code = "ok" if given_back else "service-not-refunded"
    else:
        code = "ok" if goods.returnable else "not-returnable"
    return Finding("returnable", code, inputs)


def services_refunded(facts: Facts) -> bool:
    return facts.rules is not None and facts.rules.channel.services_refunded


def _is_service(category: str, facts: Facts) -> bool:
    named = facts.rules.channel.service_categories if facts.rules else ()
    return category in (named or ("service",))
