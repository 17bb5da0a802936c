from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.returns.policy.facts import Facts
from apps.returns.policy.findings import Finding, by_action
from apps.returns.policy.pricing import Totals


def offline(facts: Facts, totals: Totals) -> Finding | None:
    """Decided by the register while it was offline: on data that were fresh enough, and not too much."""
    if facts.offline is None or facts.rules is None:
        return None
    settings, known = facts.rules.offline, facts.offline
    cap = settings.cap.of(facts.store_currency)
    inputs: dict[str, Any] = {
        "decided": known.outcome,
        "known_at": known.data_at.isoformat(),
        "hours": settings.max_age_hours,
        "amount_minor": totals.amount_minor,
        "limit_minor": cap,
    }
    old = facts.at - known.data_at > timedelta(hours=settings.max_age_hours)
    if not old and (cap is None or totals.amount_minor <= cap):
        return Finding("offline", "ok", inputs)
    return by_action("offline", "offline-beyond-limits", inputs, settings.beyond)
