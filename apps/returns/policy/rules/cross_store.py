from __future__ import annotations

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action


def cross_store(facts: Facts) -> Finding | None:
    """Bought in another shop; what another region's policy says counts before that of any shop."""
    sale, rules = facts.sale, facts.rules
    if sale is None or rules is None or sale.store_id == facts.store_id:
        return None
    same_region = sale.region_id == facts.region_id
    settings = rules.cross_store
    code = "other-store" if same_region else "other-region"
    action = settings.other_store if same_region else settings.other_region
    return by_action("cross_store", code, {"same_region": same_region}, action)
