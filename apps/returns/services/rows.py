"""Turning a decision into rows, changes and the register's view. No logic, only shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.refunds.commands import OpenedRefund, Rounded
from apps.returns.commands import (
    AskReturn,
    Message,
    ShownExchange,
    ShownLine,
    ShownReturn,
)
from apps.returns.models import ReturnLine
from apps.returns.policy import Decision, LineDecision
from apps.returns.policy.appeal import appeal_of
from apps.returns.policy.decision import ExchangeDecision
from apps.returns.policy.rules.adjustment import alone_minor
from apps.returns.services.deciding import Case
from apps.returns.services.receiving import ArrivedLine, LeavingLine
from apps.returns.states import ReturnStatus
from apps.sales.commands import LineChange, SaleFacts


def line_changes(lines: Sequence[LineDecision], *, arrived: bool) -> list[LineChange]:
    """What each sale line must note; several lines of a return may name the same one."""
    changes = []
    for line_id, group in _by_sale_line(lines).items():
        quantity = sum((line.asked.quantity for line in group), Decimal(0))
        changes.append(
            LineChange(
                line_id,
                authorized=Decimal(0) if arrived else quantity,
                returned=quantity if arrived else Decimal(0),
                refunded_minor=sum(line.worth.refund for line in group),
                taxes=_summed(tax for line in group for tax in line.worth.taxes),
            )
        )
    return changes


def _by_sale_line(lines: Sequence[LineDecision]) -> dict[int, list[LineDecision]]:
    groups: dict[int, list[LineDecision]] = defaultdict(list)
    for line in lines:
        if line.sold is not None:
            groups[line.sold.id].append(line)
    return dict(sorted(groups.items()))


def _summed(taxes: Any) -> tuple[tuple[int, int], ...]:
    sums: dict[int, int] = defaultdict(int)
    for tax_id, minor in taxes:
        sums[tax_id] += minor
    return tuple(sorted(sums.items()))


def arrived_lines(lines: Sequence[LineDecision]) -> tuple[ArrivedLine, ...]:
    return tuple(
        ArrivedLine(
            line.asked.number, line.item_id, line.sku, line.asked.quantity, line.disposition
        )
        for line in lines
        if line.item_id is not None
    )


def leaving_lines(exchange: Sequence[ExchangeDecision]) -> tuple[LeavingLine, ...]:
    return tuple(
        LeavingLine(
            e.facts.asked.number, e.facts.item_id, e.facts.asked.sku, e.facts.asked.quantity
        )
        for e in exchange
        if e.facts.item_id is not None
    )


def exchange_quantities(exchange: Sequence[ExchangeDecision]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in leaving_lines(exchange):
        sums[line.item_id] += line.quantity
    return sums


def line_rows(decision: Decision, *, arrived: bool) -> list[dict[str, Any]]:
    """For `store.insert_return`."""
    allowed = {line.asked.number for line in decision.taken} if decision.approved else set()
    return [
        {
            "number": line.asked.number,
            "sale_line_id": line.sold.id if line.sold else None,
            "sale_line_number": line.asked.sale_line,
            "item_id": line.item_id,
            "sku": line.sku,
            "requested": line.asked.quantity,
            "authorized": line.asked.quantity if line.asked.number in allowed else 0,
            "received": line.asked.quantity if arrived and line.asked.number in allowed else 0,
            "reason": line.asked.reason,
            "condition": line.asked.condition,
            "disposition": line.disposition,
            "serial_number": line.asked.serial_number,
            "net": line.worth.net,
            "tax": line.worth.tax,
            "fee": line.worth.fee,
            "refund": line.worth.refund,
            "adjustment": line.worth.adjustment,
            "taxes": line.worth.taxes,
            "outcome": line.outcome,
            "codes": line.codes,
        }
        for line in decision.lines
    ]


def exchange_rows(decision: Decision, *, reserved: bool) -> list[dict[str, Any]]:
    """For `store.insert_return`; exchange goods of a denied return are in its trace only."""
    if decision.denied:
        return []
    return [
        {
            "number": line.facts.asked.number,
            "item_id": line.facts.item_id,
            "quantity": line.facts.asked.quantity,
            "unit_price": line.facts.asked.unit_price,
            "total": line.total,
            "reserved": reserved,
        }
        for line in decision.exchange
    ]


def adjustment_rows(case: Case, *, approved_by: str = "") -> list[dict[str, Any]]:
    """For `store.insert_return`: why the money is not the worth of the goods, a row for each reason."""
    rows = []
    for line in case.decision.taken:
        number, asked, worth = line.asked.number, line.asked, line.worth
        if worth.fee:
            rows.append(_adjustment(case, "fee", -worth.fee, line=number, reason=asked.condition))
        if worth.adjustment and asked.adjustment:
            rows.append(
                _adjustment(case, "manual", worth.adjustment, line=number, reason=asked.adjustment.reason)
                | {"made_by": case.ask.operator, "approved_by": approved_by,
                   "alone": alone_minor(case.facts)}
            )  # fmt: skip
    return rows + rounding_rows(case.plan.rounded)


def fee_rows(lines: Sequence[ReturnLine]) -> list[dict[str, Any]]:
    """Of goods that arrived, in the condition in which they did."""
    return [
        {**_NO_ADJUSTMENT, "kind": "fee", "amount": -line.fee_minor, "line": line.number,
         "reason": line.condition}
        for line in lines
        if line.fee_minor
    ]  # fmt: skip


def rounding_rows(rounded: Sequence[Rounded]) -> list[dict[str, Any]]:
    return [
        {**_NO_ADJUSTMENT, "kind": "rounding", "amount": one.minor, "tender": one.tender_id}
        for one in rounded
    ]


_NO_ADJUSTMENT: dict[str, Any] = {
    "line": None, "tender": None, "reason": "", "made_by": "", "alone": 0, "approved_by": "",
    "in_effect": True,
}  # fmt: skip


def _adjustment(case: Case, kind: str, minor: int, *, line: int, reason: str) -> dict[str, Any]:
    return {
        **_NO_ADJUSTMENT, "kind": kind, "amount": minor, "line": line, "reason": reason,
        "in_effect": case.decision.approved,
    }  # fmt: skip


def taxes_by_line(decision: Decision) -> dict[int, list[tuple[str, int]]]:
    """For `telling.told`."""
    return {
        line.asked.number: [
            (tax.code, minor)
            for tax_id, minor in line.worth.taxes
            for tax in line.sold.taxes
            if tax.id == tax_id
        ]
        for line in decision.lines
        if line.sold is not None
    }


def message_rows(messages: Sequence[Message]) -> list[dict[str, str]]:
    """The codes; the sentences are said when they are read, in the reader's language."""
    return [{"to": message.to, "code": message.code} for message in messages]


def return_values(case: Case) -> dict[str, Any]:
    """For `store.insert_return`: what the case itself says of the return."""
    sale, book, ask, decision = case.facts.sale, case.facts.rulebook, case.ask, case.decision
    return {
        "sale": sale.id if sale else None,
        "receipt": receipt_named(ask, sale),
        "kind": case.kind,
        "channel": sale.channel if sale else "",
        "decision": decision.outcome,
        "policy_version": book.version_id if book else None,
        "operator": ask.operator,
        "customer": case.customer,
        "refund_to": decision.refund_to,
        "currency": case.currency,
        "line_total": decision.line_total,
        "fee_total": decision.fee_total,
        "fees_kept_by": case.fees_kept_by,
        "adjustment_total": decision.adjustment_total,
        "rounding": case.plan.rounding_minor,
        "exchange_total": decision.exchange_total,
        "refund_total": case.refund_total,
        "due": decision.due,
        "occurred_at": case.moment.occurred_at,
        "received_at": case.now,
        "clock_suspect": case.moment.clock_suspect,
        "id_hash": ask.id_hash,
        "card_fingerprint": case.card_fingerprint,
        "offline_outcome": ask.offline.outcome if ask.offline else "",
        "offline_data_at": ask.offline.data_at if ask.offline else None,
        "messages": message_rows(case.messages),
        "trace": list(decision.trace),
    }


@dataclass(frozen=True, slots=True)
class Made:
    """What a return has once it is written."""

    id: UUID
    number: str
    scope: str = ""
    expires_at: datetime | None = None


def shown(
    case: Case, status: str, *, made: Made | None = None, refunds: Sequence[OpenedRefund] = ()
) -> ShownReturn:
    """The register's view of what was just decided; `made` None: it was only quoted."""
    book, decision = case.facts.rulebook, case.decision
    refused = made is not None and decision.denied
    return ShownReturn(
        id=made.id if made else None,
        number=made.number if made else None,
        status=str(status),
        decision=str(decision.outcome),
        kind=case.kind,
        scope=made.scope if made else "",
        currency=case.currency,
        receipt_number=receipt_named(case.ask, case.facts.sale),
        refund_total=case.refund_total,
        exchange_total=decision.exchange_total,
        amount_due=decision.due,
        lines=shown_lines(decision, arrived=status == ReturnStatus.COMPLETED),
        exchange=() if decision.denied else shown_exchange(decision),
        refunds=tuple(refunds),
        messages=case.messages,
        expires_at=made.expires_at if made else None,
        occurred_at=case.moment.occurred_at,
        policy={"name": book.name, "version": book.version} if book else None,
        appeal_reference=appeal_of(made.number) if made and refused else None,
        fee_total=decision.fee_total,
        fees_kept_by=case.fees_kept_by,
        adjustment_total=decision.adjustment_total,
        rounding=case.plan.rounding_minor,
    )


def shown_lines(decision: Decision, *, arrived: bool) -> tuple[ShownLine, ...]:
    """With what was asked for; of goods that arrived, what was received."""
    return tuple(
        ShownLine(
            number=line.asked.number,
            sale_line=line.asked.sale_line,
            sku=line.sku,
            quantity=Decimal(0) if arrived and line.refused else line.asked.quantity,
            outcome=str(line.outcome),
            codes=line.codes,
            refund=line.worth.refund,
            tax=line.worth.tax,
            fee=line.worth.fee,
            adjustment=line.worth.adjustment,
            disposition=line.disposition,
        )
        for line in decision.lines
    )


def shown_exchange(decision: Decision) -> tuple[ShownExchange, ...]:
    return tuple(
        ShownExchange(
            e.facts.asked.number,
            e.facts.asked.sku,
            e.facts.asked.quantity,
            e.facts.asked.unit_price,
            e.total,
        )
        for e in decision.exchange
    )


def receipt_named(ask: AskReturn, sale: SaleFacts | None) -> str:
    """The receipt as it stands, or as it was named when there is none."""
    if sale is not None:
        return sale.receipt_number
    if ask.sale is None:
        return ""
    key = ask.sale
    return (
        key.receipt_number
        or f"{key.store}/{key.terminal}/{key.business_date}/{key.sequence_number}"
    )
