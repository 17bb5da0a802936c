from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding
from apps.returns.policy.rules.sale_known import taken_without


def identity(facts: Facts) -> Finding | None:
    """Without a receipt somebody has to show who they are. What is kept of that is a digest."""
    if not taken_without(facts) or facts.rules is None:
        return None
    required = facts.rules.no_receipt.id_required
    inputs = {"id_required": required, "id_shown": facts.id_shown}
    code = "id-required" if required and not facts.id_shown else "ok"
    return Finding("identity", code, inputs)
