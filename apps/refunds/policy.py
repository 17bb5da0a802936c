"""To which tenders the money goes back, and how workers go about it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from apps.common.money import CashRounding, largest_remainder
from apps.refunds.commands import PlannedRefund, PlanTerms, RefundPlan, Rounded, TenderCap

STORE_CREDIT = "store_credit"
CASH = "cash"

_SCHEDULE = (5, 15, 60, 300, 900, 1800, 3600)

FIRST_CLAIM = 5
BEGIN_SHARE = 10
"""The share of its lease, as a divisor, within which a refund has to be begun."""
_MOST = 50
_PACE_S = 2.0


def plan_refund(amount_minor: int, tenders: Sequence[TenderCap], terms: PlanTerms) -> RefundPlan:
    """A plan that adds up to `amount_minor` exactly.

    1. To the original tenders, by the retailer's strategy, each up to its cap.
    2. What is left, or all of it when the customer asked for store credit: cash where that is
       allowed up to such an amount, else store credit.
    3. Cash is rounded to what coins there are, and by how much is said beside it.
    """
    caps = [one for one in sorted(tenders, key=lambda t: t.number) if one.cap_minor > 0]
    split = STRATEGIES[terms.strategy] if terms.to == "original" else _nothing
    shares = split(amount_minor, caps)
    refunds, rounded = [], []
    for tender, share in zip(caps, shares, strict=True):
        minor = _coins(tender, share, terms.cash) if tender.kind == CASH else share
        if share:
            refunds.append(_to_tender(tender, minor))
            rounded.append(Rounded(tender.tender_id, minor - share))
    if left := amount_minor - sum(shares):
        instead, minor = _fallback(left, terms)
        refunds.append(PlannedRefund(instead, minor))
        rounded.append(Rounded(None, minor - left))
    return RefundPlan(
        tuple(one for one in refunds if one.amount_minor),
        tuple(one for one in rounded if one.minor),
    )


def original_order(amount_minor: int, tenders: Sequence[TenderCap]) -> list[int]:
    """Each tender's share: in the order of the receipt, each as much as it can take."""
    shares, left = [], amount_minor
    for tender in tenders:
        shares.append(min(left, tender.cap_minor))
        left -= shares[-1]
    return shares


def ratio(amount_minor: int, tenders: Sequence[TenderCap]) -> list[int]:
    """In proportion to what each can still take; adds up exactly, and no share exceeds its cap."""
    caps = [tender.cap_minor for tender in tenders]
    return largest_remainder(min(amount_minor, sum(caps)), caps)


def fewest_tenders(amount_minor: int, tenders: Sequence[TenderCap]) -> list[int]:
    """To as few tenders as can be.

    One that takes it all, the one that fits best; else the largest, and so on with what is left.
    """
    shares, left = [0] * len(tenders), amount_minor
    open_ = {i: tender.cap_minor for i, tender in enumerate(tenders)}
    while left and open_:
        enough = [i for i, cap in open_.items() if cap >= left]
        i = min(enough, key=open_.__getitem__) if enough else max(open_, key=open_.__getitem__)
        shares[i] = min(left, open_.pop(i))
        left -= shares[i]
    return shares


STRATEGIES: dict[str, Callable[[int, Sequence[TenderCap]], list[int]]] = {
    "original_order": original_order,
    "ratio": ratio,
    "fewest_tenders": fewest_tenders,
}


def _nothing(amount_minor: int, tenders: Sequence[TenderCap]) -> list[int]:
    return [0] * len(tenders)


def _coins(tender: TenderCap, share: int, cash: CashRounding) -> int:
    """What is paid out for `share`, by cumulative difference, so that any sequence of refunds adds up.

    1. All that ever went back to this tender, before rounding, is rounded once.
    2. What was paid out before is taken off.
    3. The last refund brings exactly the rest of what was paid.
    """
    if share == tender.cap_minor:
        return tender.rest_minor
    altogether = cash.round(tender.given_minor + share)
    return min(max(0, altogether - tender.gone_minor), tender.rest_minor)


def _fallback(left: int, terms: PlanTerms) -> tuple[str, int]:
    """Kind and amount for what no original tender takes."""
    if terms.to == "original" and left <= terms.cash_instead_minor:
        return CASH, terms.cash.round(left)
    return STORE_CREDIT, left


def _to_tender(tender: TenderCap, minor: int) -> PlannedRefund:
    return PlannedRefund(
        tender.kind, minor, tender.tender_id, tender.number, tender.gateway, tender.gateway_ref
    )


def retry_after(attempts: int) -> timedelta:
    """How long to wait before attempt number `attempts + 1`. It never ends: nothing gets stuck."""
    return timedelta(seconds=_SCHEDULE[min(attempts, len(_SCHEDULE)) - 1])


def next_claim(claimed: int, seconds: float) -> int:
    """How many refunds to claim next: twice as many, as far as two seconds go at that pace."""
    at_pace = int(claimed * _PACE_S / seconds) if seconds > 0 else _MOST
    return max(1, min(2 * claimed, at_pace, _MOST))
