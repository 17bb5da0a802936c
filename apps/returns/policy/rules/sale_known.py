from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.settings.kinds import Action
from apps.returns.states import ReturnKind


def sale_known(facts: Facts) -> Finding:
    """The receipt is there, a real sale, and in the shop's currency; or the policy can do without."""
    rule, rules = "sale_known", facts.rules
    if facts.kind == ReturnKind.BLIND:
        action = rules.no_receipt.blind if rules else Action.DENY
        return by_action(rule, "receipt-required", {}, action)
    sale = facts.sale
    if sale is None:
        action = rules.no_receipt.unverified if rules else Action.DENY
        return by_action(rule, "sale-unknown", {}, action)
    inputs = {
        "receipt": sale.receipt_number,
        "currency": sale.currency,
        "shop_currency": facts.store_currency,
    }
    code = "ok"
    if sale.training:
        code = "sale-training"
    elif sale.voided:
        code = "sale-voided"
    elif sale.currency != facts.store_currency:
        code = "sale-other-currency"
    return Finding(rule, code, inputs)


def goes_without(line: LineFacts, facts: Facts) -> bool:
    """Whether these goods may come back without a known sale: by policy, or since they are recalled."""
    if facts.rules is None:
        return False
    settings, blind = facts.rules.no_receipt, facts.kind == ReturnKind.BLIND
    action = settings.blind if blind else settings.unverified
    return action != Action.DENY or (line.goods is not None and line.goods.recalled)


def taken_without(facts: Facts) -> bool:
    """Whether any of it may come back without a known sale; then it matters who brings it."""
    return not facts.receipted and any(goes_without(line, facts) for line in facts.lines)
