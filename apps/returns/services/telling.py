"""What the trail and the other systems hear of a return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.commands import Fact
from apps.common.caller import Caller
from apps.common.fields import format_quantity
from apps.events import services as events
from apps.events.commands import News, Place
from apps.refunds.commands import RefundContext
from apps.returns.commands import AskedLine, ShownReturn, TaxesOfLines, reference_of
from apps.returns.models import ReturnLine
from apps.returns.states import ReturnStatus
from apps.sales.commands import LineOfSale


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


def return_fact(
    action: str,
    shown: ShownReturn,
    *,
    operator: str,
    reason: str = "",
    occurred_at: datetime | None = None,
    changes: Sequence[AskedLine] = (),
) -> Fact:
    """The one entry that a change of a return leaves in the trail. `changes` are lines whose amount
    staff changed."""
    beside = {
        "fee_minor": shown.fee_total,
        "adjustment_minor": shown.adjustment_total,
        "rounding_minor": shown.rounding,
        "changes": [
            {"line": line.number, "minor": line.adjustment.minor, "reason": line.adjustment.reason}
            for line in changes
            if line.adjustment is not None
        ],
    }
    codes = sorted({code for line in shown.lines for code in line.codes})
    return Fact(
        action, "return", str(shown.id), subject_label=shown.number or "", outcome=shown.decision,
        reason=reason or ", ".join(code for code in codes if code != "ok"),
        data={"status": shown.status, "receipt": shown.receipt_number, "refund_minor": shown.refund_total,
              "worth_minor": sum(line.refund - line.fee + line.adjustment for line in shown.lines),
              "currency": shown.currency, "operator": operator, "policy": shown.policy,
              **{name: value for name, value in beside.items() if value}},
        occurred_at=occurred_at,
    )  # fmt: skip


def tell_return(
    type_: str,
    shown: ShownReturn,
    *,
    taxes: TaxesOfLines,
    more: Sequence[News],
    caller: Caller,
    occurred_at: datetime,
    now: datetime,
) -> None:
    place = Place(caller.store_id, caller.store_number, caller.terminal_number, occurred_at)
    events.tell(
        [News(type_, "return", str(shown.id), told(shown, taxes)), *more], place=place, now=now
    )


def taxes_of(lines: Sequence[ReturnLine], sold: Mapping[int, LineOfSale]) -> TaxesOfLines:
    """Of a return that was decided earlier; `sold` as `lock_return` gives it."""
    codes = {tax.id: tax.code for line in sold.values() for tax in line.taxes}
    return {line.number: [(codes[tax_id], minor) for tax_id, minor in line.taxes] for line in lines}


def told(shown: ShownReturn, taxes: TaxesOfLines, *, undone: bool = False) -> dict[str, Any]:
    """What other systems hear of a return. `undone`: it had been completed, and was voided then."""
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
        "amount_due": shown.amount_due,
        "fee_total": shown.fee_total,
        "fees_kept_by": shown.fees_kept_by,
        "adjustment_total": shown.adjustment_total,
        "rounding": shown.rounding,
        "completed": undone or shown.status == ReturnStatus.COMPLETED,
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
                "taxes": [{"code": c, "amount": m} for c, m in taxes.get(line.number, ())],
                "fee": line.fee,
                "adjustment": line.adjustment,
                "disposition": line.disposition,
            }
            for line in shown.lines
        ],
        "exchange": [
            {
                "number": line.number,
                "sku": line.sku,
                "quantity": format_quantity(line.quantity),
                "unit_price": line.unit_price,
                "total": line.total,
            }
            for line in shown.exchange
        ],
    }
