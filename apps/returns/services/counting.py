"""What went before: how often somebody returned, an operator's exceptions, and recent prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.returns import store
from apps.returns.policy.facts import Counters, LineFacts
from apps.returns.policy.settings import Rules
from apps.returns.states import ReturnKind
from apps.returns.store import Asked, Returner

_WITH_SALE = (ReturnKind.RECEIPTED, ReturnKind.GIFT_RECEIPT)


def counts_returner(rules: Rules | None, kind: str) -> bool:
    """Whether the decision rests on what this customer returned before."""
    if rules is None:
        return False
    without = rules.no_receipt
    limited = without.customer_count or without.customer_amount.by_currency
    return bool(rules.returner.count or rules.returner.amount.by_currency) or (
        kind not in _WITH_SALE and bool(limited)
    )


def load_counters(
    rules: Rules | None,
    lines: Sequence[LineFacts],
    *,
    kind: str,
    returner: Returner,
    operator: str,
    store_id: int,
    currency: str,
    timezone: str,
    at: datetime,
    without: UUID | None,
) -> tuple[Counters, dict[int, int]]:
    """Counters, and the lowest price of a unit by item; one statement, and none where the policy
    asks for nothing of it. `without`: a return that is decided again does not count itself."""
    items = [] if kind in _WITH_SALE else [one.item.item_id for one in lines if one.item]
    if rules is None or not (items or _counts(rules, kind, operator)):
        return Counters(), {}
    midnight = at.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = Asked(
        returner=returner,
        operator=operator,
        store_id=store_id,
        currency=currency,
        items=items,
        returner_since=at - timedelta(days=rules.returner.days),
        without_receipt_since=at - timedelta(days=rules.no_receipt.customer_days),
        exceptions_since=at - timedelta(days=rules.operator.days),
        day_since=midnight,
        prices_since=at - timedelta(days=rules.no_receipt.lookback_days),
        without=without,
    )
    return store.load_counters(asked)


def _counts(rules: Rules, kind: str, operator: str) -> bool:
    of_operator = rules.operator.exceptions or rules.amount.operator_per_day.by_currency
    return counts_returner(rules, kind) or bool(operator and of_operator)
