"""Deciding on a return, and writing down what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.audit import services as audit
from apps.common.caller import Caller
from apps.common.ids import uuid7
from apps.inventory import services as inventory
from apps.refunds import services as refunds
from apps.refunds.commands import OpenedRefund, PlannedRefund
from apps.returns import store
from apps.returns.commands import AskReturn, Message, ShownReturn
from apps.returns.policy import Decision, Facts, decide
from apps.returns.policy.codes import RESPONSES
from apps.returns.services import rows, telling
from apps.returns.services.gathering import Moment, gather_facts, moment_of
from apps.returns.services.receiving import Arrival, receive_goods
from apps.returns.states import ReturnKind, ReturnStatus
from apps.sales import services as sales


@dataclass(frozen=True, slots=True)
class Case:
    """A return in the making: who asks for what, when, and what was decided on which facts."""

    ask: AskReturn
    caller: Caller
    moment: Moment
    now: datetime
    facts: Facts
    decision: Decision

    @property
    def refund_total(self) -> int:
        return (
            max(0, self.decision.line_total - self.decision.exchange_total)
            if self.decision.approved
            else 0
        )

    @property
    def due(self) -> int:
        return (
            max(0, self.decision.exchange_total - self.decision.line_total)
            if self.decision.approved
            else 0
        )


def quote_return(ask: AskReturn, *, caller: Caller, now: datetime) -> ShownReturn:
    """The decision and the plan, with nothing locked and nothing written."""
    case = _decide(ask, caller=caller, now=now, lock=False)
    quoted = [
        OpenedRefund(None, p.tender_number, p.kind, p.gateway, p.amount_minor, "planned")
        for p in _plan(case)
    ]
    return _shown(case, None, None, "quoted", quoted, scope="", expires_at=None)


def submit_return(ask: AskReturn, *, caller: Caller, now: datetime) -> ShownReturn:
    """Decide, and write the decision; with `complete`, the goods are here and the money goes back.

    Runs inside the transaction of its idempotency key. A denied return is an answer like any
    other: it is kept, and changes neither stock nor money.
    """
    case = _decide(ask, caller=caller, now=now, lock=True)
    if not case.decision.approved:
        return _write_denied(case)
    return _write_completed(case) if ask.complete else _write_authorized(case)


def _decide(ask: AskReturn, *, caller: Caller, now: datetime, lock: bool) -> Case:
    moment = moment_of(ask.occurred_at, caller=caller, now=now)
    facts = gather_facts(ask, caller=caller, at=moment.decides_at, lock=lock)
    return Case(ask, caller, moment, now, facts, decide(facts))


def _write_denied(case: Case) -> ShownReturn:
    return_id = uuid7()
    number = _insert(case, return_id, case.decision.outcome)
    shown = _shown(case, return_id, number, case.decision.outcome, [], scope="", expires_at=None)
    _tell(case, shown, "return.denied")
    return shown


def _write_authorized(case: Case) -> ShownReturn:
    """Promise the units, the exchange goods and the money, and hold them until the goods come."""
    rules = case.facts.rulebook
    assert rules is not None
    expires_at = case.now + timedelta(hours=rules.rules.hold_hours)
    sales.change_lines(rows.line_changes(case.decision.lines, arrived=False))
    if case.decision.exchange:
        inventory.reserve(case.caller.store_id, rows.exchange_quantities(case.decision.exchange))
    return_id = uuid7()
    number = _insert(
        case, return_id, ReturnStatus.AUTHORIZED, scope="partial", expires_at=expires_at
    )
    context = _context(case, return_id, number)
    opened, facts, news = refunds.open_refunds(
        _plan(case), context=context, settle=False, now=case.now
    )
    shown = _shown(
        case,
        return_id,
        number,
        ReturnStatus.AUTHORIZED,
        opened,
        scope="partial",
        expires_at=expires_at,
    )
    _tell(case, shown, "return.authorized", facts=facts, news=news)
    return shown


def _write_completed(case: Case) -> ShownReturn:
    sales.change_lines(rows.line_changes(case.decision.lines, arrived=True))
    return_id = uuid7()
    assert case.facts.sale is not None
    received = receive_goods(
        Arrival(
            return_id=return_id,
            sale_id=case.facts.sale.id,
            lines=rows.arrived_lines(case.decision.lines),
            exchange=rows.leaving_lines(case.decision.exchange),
            reserved=False,
            occurred_at=case.moment.occurred_at,
        ),
        caller=case.caller,
        now=case.now,
    )
    number = _insert(
        case, return_id, ReturnStatus.COMPLETED, scope=received.scope, completed_at=case.now
    )
    context = _context(case, return_id, number)
    opened, facts, news = refunds.open_refunds(
        _plan(case), context=context, settle=True, now=case.now
    )
    shown = _shown(
        case,
        return_id,
        number,
        ReturnStatus.COMPLETED,
        opened,
        scope=received.scope,
        expires_at=None,
    )
    _tell(case, shown, "return.completed", facts=facts, news=[*received.news, *news])
    return shown


def _plan(case: Case) -> list[PlannedRefund]:
    if not case.refund_total or case.facts.sale is None:
        return []
    return refunds.plan_refunds(case.refund_total, case.facts.sale.tenders, to=case.ask.refund_to)


def _insert(
    case: Case,
    return_id: UUID,
    status: str,
    *,
    scope: str = "",
    completed_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Write the return with its lines; its number."""
    sale, book, ask = case.facts.sale, case.facts.rulebook, case.ask
    values: dict[str, Any] = {
        "id": return_id,
        "store_number": case.caller.store_number,
        "store": case.caller.store_id,
        "terminal": case.caller.terminal_id,
        "sale": sale.id if sale else None,
        "receipt": rows.receipt_named(ask, sale),
        "kind": _kind(case),
        "channel": sale.channel if sale else "",
        "status": status,
        "decision": case.decision.outcome,
        "policy_version": book.version_id if book else None,
        "operator": ask.operator,
        "customer": ask.customer or (sale.customer if sale else ""),
        "refund_to": ask.refund_to,
        "currency": _currency(case),
        "line_total": case.decision.line_total,
        "exchange_total": case.decision.exchange_total if case.decision.approved else 0,
        "refund_total": case.refund_total,
        "due": case.due,
        "scope": scope,
        "occurred_at": case.moment.occurred_at,
        "received_at": case.now,
        "expires_at": expires_at,
        "completed_at": completed_at,
        "clock_suspect": case.moment.clock_suspect,
        "messages": rows.message_rows(_messages(case)),
        "trace": list(case.decision.trace),
        "lines": rows.line_rows(case.decision, arrived=completed_at is not None),
        "exchange": rows.exchange_rows(case.decision, reserved=status == ReturnStatus.AUTHORIZED),
    }
    return store.insert_return(values)


def _shown(
    case: Case,
    return_id: UUID | None,
    number: str | None,
    status: str,
    opened: list[OpenedRefund],
    *,
    scope: str,
    expires_at: datetime | None,
) -> ShownReturn:
    book = case.facts.rulebook
    return ShownReturn(
        id=return_id,
        number=number,
        status=str(status),
        decision=str(case.decision.outcome),
        kind=_kind(case),
        scope=scope,
        currency=_currency(case),
        receipt_number=rows.receipt_named(case.ask, case.facts.sale),
        refund_total=case.refund_total,
        exchange_total=case.decision.exchange_total if case.decision.approved else 0,
        amount_due=case.due,
        lines=rows.shown_lines(case.decision),
        exchange=rows.shown_exchange(case.decision) if case.decision.approved else (),
        refunds=tuple(opened),
        messages=_messages(case),
        expires_at=expires_at,
        occurred_at=case.moment.occurred_at,
        policy={"name": book.name, "version": book.version} if book else None,
    )


def _messages(case: Case) -> tuple[Message, ...]:
    if not case.moment.clock_suspect:
        return case.decision.messages
    late = Message("operator", "clock-suspect", RESPONSES["clock-suspect"].operator)
    return (*case.decision.messages, late)


def _kind(case: Case) -> str:
    if not case.facts.receipt_named:
        return str(ReturnKind.BLIND)
    return str(ReturnKind.RECEIPTED if case.facts.sale else ReturnKind.UNVERIFIED)


def _currency(case: Case) -> str:
    return case.facts.sale.currency if case.facts.sale else case.caller.currency


def _context(case: Case, return_id: UUID, number: str) -> Any:
    customer = case.ask.customer or (case.facts.sale.customer if case.facts.sale else "")
    return telling.refund_context(
        return_id, number, caller=case.caller, customer=customer,
        currency=_currency(case), occurred_at=case.moment.occurred_at,
    )  # fmt: skip


def _tell(case: Case, shown: ShownReturn, type_: str, *, facts: Any = (), news: Any = ()) -> None:
    moment = case.moment.occurred_at
    fact = telling.return_fact(type_, shown, operator=case.ask.operator, occurred_at=moment)
    audit.record([fact, *facts], actor=case.caller.actor, now=case.now)
    telling.tell_return(
        type_,
        shown,
        taxes=rows.taxes_by_line(case.decision),
        more=news,
        caller=case.caller,
        occurred_at=case.moment.occurred_at,
        now=case.now,
    )
