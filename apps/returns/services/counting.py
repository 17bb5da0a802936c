"""What went before: how often somebody returned, an operator's exceptions, and recent prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.returns import store
from apps.returns.policy.facts import Counters, Facts, LineFacts
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
    asked = _asked(
        rules, lines, kind=kind, returner=returner, operator=operator, store_id=store_id,
        currency=currency, timezone=timezone, at=at, without=without,
    )  # fmt: skip
    return store.load_counters(asked) if asked else (Counters(), {})


@dataclass(frozen=True, slots=True)
class Case:
    """A past return: its facts, and who it was, heard at `heard_at`; the rules that count for it."""

    rules: Rules | None
    facts: Facts
    returner: Returner
    own: UUID
    heard_at: datetime


def load_counters_of(cases: Sequence[Case]) -> list[tuple[Counters, dict[int, int]]]:
    """The same for many past returns, each as it was then; one statement."""
    asked: dict[int, tuple[Asked, datetime]] = {}
    for n, case in enumerate(cases):
        facts = case.facts
        one = _asked(
            case.rules, facts.lines, kind=facts.kind, returner=case.returner,
            operator=facts.operator, store_id=facts.store_id, currency=facts.store_currency,
            timezone=facts.store_timezone, at=facts.at, without=case.own,
        )  # fmt: skip
        if one is not None:
            asked[n] = (one, case.heard_at)
    found = store.load_counters_of(asked)
    return [found.get(n, (Counters(), {})) for n in range(len(cases))]


def _asked(
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
) -> Asked | None:
    """What is to be counted; None where the policy asks for nothing of it."""
    items = [] if kind in _WITH_SALE else [one.item.item_id for one in lines if one.item]
    if rules is None or not (items or _counts(rules, kind, operator)):
        return None
    midnight = at.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Asked(
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


def _counts(rules: Rules, kind: str, operator: str) -> bool:
    of_operator = rules.operator.exceptions or rules.amount.operator_per_day.by_currency
    return counts_returner(rules, kind) or bool(operator and of_operator)
