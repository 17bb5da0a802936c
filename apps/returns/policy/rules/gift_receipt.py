from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.states import ReturnKind


def gift_receipt(facts: Facts) -> Finding | None:
    """Whether the policy takes goods back from whom they were given to."""
    if facts.kind != ReturnKind.GIFT_RECEIPT or facts.rules is None:
        return None
    inputs = {"receipt": facts.sale.receipt_number if facts.sale else ""}
    return by_action(
        "gift_receipt", "gift-receipt-refused", inputs, facts.rules.gift_receipt.accept
    )
