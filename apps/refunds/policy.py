"""To which tenders the money goes back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from apps.refunds.commands import PlannedRefund, TenderCap

STORE_CREDIT = "store_credit"

_SCHEDULE = (5, 15, 60, 300, 900, 1800, 3600)


def plan_refund(amount_minor: int, tenders: Sequence[TenderCap], *, to: str) -> list[PlannedRefund]:
    """A plan that adds up to `amount_minor` exactly.

    1. To the original tenders, in the order of the receipt, each up to its cap (`original_order`).
    2. What is left, or all of it when the customer asked for store credit: store credit.
    """
    plan = []
    left = amount_minor
    for tender in sorted(tenders, key=lambda t: t.number) if to == "original" else ():
        share = min(left, tender.cap_minor)
        if share > 0:
            plan.append(
                PlannedRefund(
                    tender.kind,
                    share,
                    tender.tender_id,
                    tender.number,
                    tender.gateway,
                    tender.gateway_ref,
                )
            )
            left -= share
    if left > 0:
        plan.append(PlannedRefund(STORE_CREDIT, left))
    return plan


def retry_after(attempts: int) -> timedelta:
    """How long to wait before attempt number `attempts + 1`. It never ends: nothing gets stuck."""
    return timedelta(seconds=_SCHEDULE[min(attempts, len(_SCHEDULE)) - 1])
