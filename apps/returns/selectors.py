"""Reading returns back, as the register sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import prefetch_related_objects

from apps.common.paging import newest_first
from apps.refunds.commands import OpenedRefund
from apps.refunds.selectors import refunds_of
from apps.returns.commands import (
    Message,
    ShownExchange,
    ShownLine,
    ShownOverride,
    ShownReturn,
    TaxesOfLines,
    reference_of,
)
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.policy.appeal import appeal_of
from apps.returns.policy.codes import RESPONSES
from apps.returns.states import OPEN, ReturnStatus
from apps.sales.models import SaleLineTax

PAGE = 50


def show_return(customer_return: CustomerReturn) -> ShownReturn:
    """One return with its lines and refunds."""
    reference = reference_of(customer_return.pk)
    return _show(customer_return, refunds_of([reference])[reference])


def list_returns(
    *, store_id: int, status: str, since: datetime | None, cursor: str | None
) -> tuple[list[ShownReturn], str | None]:
    """A shop's returns, newest first; with their lines and refunds in a fixed number of queries."""
    rows = CustomerReturn.objects.filter(store_id=store_id)
    if status:
        rows = rows.filter(status=status)
    if since:
        rows = rows.filter(received_at__gte=since)
    rows = rows.select_related("policy_version__policy").prefetch_related(
        "lines", "exchange_lines__item"
    )
    page, following = newest_first(rows, field="received_at", cursor=cursor, limit=PAGE)
    prefetch_related_objects([row for row in page if _may_be_ruled(row)], "overrides")
    refunds = refunds_of([reference_of(row.pk) for row in page])
    return [_show(row, refunds[reference_of(row.pk)]) for row in page], following


def open_returns(*, store_id: int, behind: str | None, limit: int) -> list[ShownReturn]:
    """A shop's returns that are still to be completed, by id, from behind the one named."""
    rows = CustomerReturn.objects.filter(store_id=store_id, status__in=OPEN)
    if behind:
        rows = rows.filter(pk__gt=behind)
    rows = rows.select_related("policy_version__policy").prefetch_related(
        "lines", "exchange_lines__item"
    )
    page = list(rows.order_by("pk")[:limit])
    prefetch_related_objects([row for row in page if _may_be_ruled(row)], "overrides")
    refunds = refunds_of([reference_of(row.pk) for row in page])
    return [_show(row, refunds[reference_of(row.pk)]) for row in page]


def taxes_of(return_ids: Sequence[UUID]) -> dict[UUID, TaxesOfLines]:
    """The taxes of each return, by its lines; two queries."""
    lines = ReturnLine.objects.filter(customer_return__in=return_ids)
    rows = list(lines.values_list("customer_return_id", "number", "taxes"))
    ids = {tax_id for _, _, taxes in rows for tax_id, _ in taxes}
    codes = dict(SaleLineTax.objects.filter(pk__in=ids).values_list("pk", "code"))
    found: dict[UUID, dict[int, list[tuple[str, int]]]] = {one: {} for one in return_ids}
    for return_id, number, taxes in rows:
        found[return_id][number] = [(codes[tax_id], minor) for tax_id, minor in taxes]
    return dict(found)


def _show(customer_return: CustomerReturn, refunds: Sequence[OpenedRefund]) -> ShownReturn:
    version = customer_return.policy_version
    denied = customer_return.status == ReturnStatus.DENIED
    return ShownReturn(
        id=customer_return.pk,
        number=customer_return.number,
        status=customer_return.status,
        decision=customer_return.decision,
        kind=customer_return.kind,
        scope=customer_return.scope,
        currency=customer_return.currency,
        receipt_number=customer_return.receipt_number,
        refund_total=customer_return.refund_total_minor,
        exchange_total=customer_return.exchange_total_minor,
        amount_due=customer_return.due_minor,
        lines=_lines(customer_return),
        exchange=_exchange(customer_return),
        refunds=tuple(refunds),
        messages=tuple(said(message) for message in customer_return.messages),
        expires_at=customer_return.expires_at,
        occurred_at=customer_return.occurred_at,
        policy={"name": version.policy.name, "version": version.version} if version else None,
        appeal_reference=appeal_of(customer_return.number) if denied else None,
        overrides=_overrides(customer_return),
        fee_total=customer_return.fee_total_minor,
        fees_kept_by=customer_return.fees_kept_by,
        adjustment_total=customer_return.adjustment_total_minor,
        rounding=customer_return.rounding_minor,
    )


def said(message: dict[str, str]) -> Message:
    """The sentence of a stored code; of a code that is no more, what was kept of it."""
    to, code = message["to"], message["code"]
    known = RESPONSES.get(code)
    text = getattr(known, to) if known else message.get("text", code)
    return Message(to, code, text)


def _lines(customer_return: CustomerReturn) -> tuple[ShownLine, ...]:
    done = customer_return.completed_at is not None
    return tuple(
        ShownLine(
            number=line.number,
            sale_line=line.sale_line_number,
            sku=line.sku,
            quantity=line.received_quantity if done else line.requested_quantity,
            outcome=line.outcome,
            codes=tuple(line.codes),
            refund=line.refund_minor,
            tax=line.tax_minor,
            fee=line.fee_minor,
            adjustment=line.adjustment_minor,
            disposition=line.disposition,
        )
        for line in sorted(customer_return.lines.all(), key=lambda line: line.number)
    )


def _overrides(customer_return: CustomerReturn) -> tuple[ShownOverride, ...]:
    if not _may_be_ruled(customer_return):
        return ()
    return tuple(
        ShownOverride(o.response_code, o.allowed, o.approved_by, o.method, o.reason, o.at)
        for o in sorted(customer_return.overrides.all(), key=lambda o: o.pk)
    )


def _may_be_ruled(customer_return: CustomerReturn) -> bool:
    """Whether there can be a manager's word: only then it is worth a statement."""
    return bool(customer_return.waived) or customer_return.status == ReturnStatus.DENIED


def _exchange(customer_return: CustomerReturn) -> tuple[ShownExchange, ...]:
    return tuple(
        ShownExchange(e.number, e.item.sku, e.quantity, e.unit_price_minor, e.total_minor)
        for e in sorted(customer_return.exchange_lines.all(), key=lambda e: e.number)
    )
