"""What the trail and the other systems hear of a return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.commands import Fact
from apps.common.caller import Caller
from apps.common.fields import format_quantity
from apps.events import services as events
from apps.events.commands import News, Place
from apps.refunds.commands import RefundContext
from apps.returns.commands import ShownReturn, reference_of


def refund_context(
    return_id: UUID,
    number: str,
    *,
    caller: Caller,
    customer: str,
    currency: str,
    occurred_at: datetime,
) -> RefundContext:
    return RefundContext(
        reference=reference_of(return_id),
        label=number,
        store_id=caller.store_id,
        store_number=caller.store_number,
        terminal_number=caller.terminal_number,
        customer=customer,
        currency=currency,
        occurred_at=occurred_at,
    )


def return_fact(action: str, shown: ShownReturn, *, operator: str, reason: str = "") -> Fact:
    """The one entry that a change of a return leaves in the trail."""
    codes = sorted({code for line in shown.lines for code in line.codes})
    return Fact(
        action, "return", str(shown.id), subject_label=shown.number or "", outcome=shown.decision,
        reason=reason or ", ".join(code for code in codes if code != "ok"),
        data={"status": shown.status, "receipt": shown.receipt_number, "refund_minor": shown.refund_total,
              "currency": shown.currency, "operator": operator, "policy": shown.policy},
    )  # fmt: skip


def tell_return(
    type_: str,
    shown: ShownReturn,
    *,
    more: Sequence[News],
    caller: Caller,
    occurred_at: datetime,
    now: datetime,
) -> None:
    place = Place(caller.store_id, caller.store_number, caller.terminal_number, occurred_at)
    events.tell([News(type_, "return", str(shown.id), told(shown)), *more], place=place, now=now)


def told(shown: ShownReturn) -> dict[str, Any]:
    return {
        "number": shown.number,
        "status": shown.status,
        "decision": shown.decision,
        "kind": shown.kind,
        "scope": shown.scope,
        "receipt_number": shown.receipt_number,
        "currency": shown.currency,
        "refund_total": shown.refund_total,
        "exchange_total": shown.exchange_total,
        "lines": [
            {
                "number": line.number,
                "sale_line": line.sale_line,
                "sku": line.sku,
                "quantity": format_quantity(line.quantity),
                "outcome": line.outcome,
                "codes": line.codes,
                "refund": line.refund,
                "tax": line.tax,
                "disposition": line.disposition,
            }
            for line in shown.lines
        ],
    }
