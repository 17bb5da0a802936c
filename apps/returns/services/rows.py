"""Turning a decision into rows, changes and the register's view. No logic, only shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from apps.returns.commands import AskReturn, Message, ShownExchange, ShownLine
from apps.returns.policy import Decision, LineDecision
from apps.returns.policy.decision import ExchangeDecision
from apps.returns.services.receiving import ArrivedLine, LeavingLine
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
        assert line.sold is not None
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
            line.asked.number,
            line.sold.item_id,
            line.sold.sku,
            line.asked.quantity,
            line.disposition,
        )
        for line in lines
        if line.sold is not None
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
    approved = decision.approved
    return [
        {
            "number": line.asked.number,
            "sale_line_id": line.sold.id if line.sold else None,
            "sale_line_number": line.asked.sale_line,
            "item_id": line.sold.item_id if line.sold else None,
            "sku": line.sold.sku if line.sold else line.asked.sku,
            "requested": line.asked.quantity,
            "authorized": line.asked.quantity if approved else 0,
            "received": line.asked.quantity if approved and arrived else 0,
            "reason": line.asked.reason,
            "condition": line.asked.condition,
            "disposition": line.disposition,
            "serial_number": line.asked.serial_number,
            "net": line.worth.net,
            "tax": line.worth.tax,
            "refund": line.worth.refund,
            "taxes": line.worth.taxes,
            "outcome": line.outcome,
            "codes": line.codes,
        }
        for line in decision.lines
    ]


def exchange_rows(decision: Decision, *, reserved: bool) -> list[dict[str, Any]]:
    """For `store.insert_return`; exchange goods of a denied return are in its trace only."""
    if not decision.approved:
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


def message_rows(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [asdict(message) for message in messages]


def shown_lines(decision: Decision) -> tuple[ShownLine, ...]:
    return tuple(
        ShownLine(
            number=line.asked.number,
            sale_line=line.asked.sale_line,
            sku=line.sold.sku if line.sold else line.asked.sku,
            quantity=line.asked.quantity,
            outcome=str(line.outcome),
            codes=line.codes,
            refund=line.worth.refund,
            tax=line.worth.tax,
            fee=0,
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
