"""Writing down what was decided: denied, waiting for a manager, authorized, or completed at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Caller
from apps.common.ids import uuid7
from apps.events.commands import News
from apps.inventory import services as inventory
from apps.refunds import services as refunds
from apps.refunds.commands import OpenedRefund, RefundContext
from apps.returns import store
from apps.returns.commands import AskReturn, ShownReturn
from apps.returns.services import rows, telling
from apps.returns.services.adjusting import charge_rounding
from apps.returns.services.deciding import Case, decide_return
from apps.returns.services.receiving import Arrival, receive_goods
from apps.returns.states import ReturnStatus
from apps.sales import services as sales


def quote_return(ask: AskReturn, *, caller: Caller, now: datetime) -> ShownReturn:
    """The decision and the plan, with nothing locked and nothing written."""
    case = decide_return(ask, caller=caller, now=now, lock=False)
    quoted = [
        OpenedRefund(None, p.tender_number, p.kind, p.gateway, p.amount_minor, "planned")
        for p in case.plan.refunds
    ]
    return rows.shown(case, "quoted", refunds=quoted)


def submit_return(ask: AskReturn, *, caller: Caller, now: datetime) -> ShownReturn:
    """Decide, and write the decision; with `complete`, the goods are here and the money goes back.

    Runs inside the transaction of its idempotency key. A return that is denied, or that waits for a
    manager, is an answer like any other: it is kept, and changes neither stock nor money.
    """
    case = decide_return(ask, caller=caller, now=now, lock=True)
    if case.decision.denied:
        return _write_denied(case, caller)
    if not case.decision.approved:
        return _write_waiting(case, caller)
    if ask.complete:
        return _write_completed(case, caller)
    return _write_authorized(case, caller)


def waiting_time(case: Case, status: str) -> datetime | None:
    """Until when a return in this status waits."""
    rules = case.facts.rules
    if rules is None:
        return None
    if status == ReturnStatus.AUTHORIZED:
        return case.now + timedelta(hours=rules.authorization.hours)
    if status == ReturnStatus.NEEDS_OVERRIDE:
        return case.now + timedelta(hours=rules.authorization.approval_hours)
    return None


def _write_denied(case: Case, caller: Caller) -> ShownReturn:
    return _write(case, caller, ReturnStatus.DENIED)


def _write_waiting(case: Case, caller: Caller) -> ShownReturn:
    """Nothing is held for it: when a manager allows it, it is decided again."""
    return _write(case, caller, ReturnStatus.NEEDS_OVERRIDE)


def _write(case: Case, caller: Caller, status: ReturnStatus) -> ShownReturn:
    return_id, expires_at = uuid7(), waiting_time(case, status)
    number = _insert(case, caller, return_id, status, expires_at=expires_at)
    made = rows.Made(return_id, number, expires_at=expires_at)
    shown = rows.shown(case, status, made=made)
    _tell(case, caller, shown, f"return.{status}")
    return shown


def _write_authorized(case: Case, caller: Caller) -> ShownReturn:
    """Promise the units, the exchange goods and the money, and hold them until the goods come."""
    status, return_id = ReturnStatus.AUTHORIZED, uuid7()
    expires_at = waiting_time(case, status)
    hold(case, caller.store_id)
    charge_rounding(case.plan.rounded)
    number = _insert(case, caller, return_id, status, scope="partial", expires_at=expires_at)
    context = _context(case, caller, return_id, number)
    opened, facts, news = refunds.open_refunds(
        case.plan.refunds, context=context, settle=False, now=case.now
    )
    made = rows.Made(return_id, number, scope="partial", expires_at=expires_at)
    shown = rows.shown(case, status, made=made, refunds=opened)
    _tell(case, caller, shown, "return.authorized", facts=facts, news=news)
    return shown


def hold(case: Case, store_id: int) -> None:
    """Promise the units of the sale and the exchange goods of an approved return."""
    if case.facts.sale is not None:
        changes = rows.line_changes(case.decision.taken, arrived=False)
        sales.change_lines(case.facts.sale.id, changes)
    if case.decision.exchange:
        inventory.reserve(store_id, rows.exchange_quantities(case.decision.exchange))


def _write_completed(case: Case, caller: Caller) -> ShownReturn:
    sale, all_back = case.facts.sale, False
    if sale is not None:
        changes = rows.line_changes(case.decision.taken, arrived=True)
        all_back = sales.change_lines(sale.id, changes)
    charge_rounding(case.plan.rounded)
    return_id = uuid7()
    arrival = Arrival(
        return_id=return_id,
        sale_id=sale.id if sale else None,
        all_back=all_back,
        lines=rows.arrived_lines(case.decision.taken),
        exchange=rows.leaving_lines(case.decision.exchange),
        reserved=False,
        occurred_at=case.moment.occurred_at,
    )
    received = receive_goods(arrival, caller=caller, now=case.now)
    number = _insert(
        case, caller, return_id, ReturnStatus.COMPLETED, scope=received.scope, completed_at=case.now
    )
    context = _context(case, caller, return_id, number)
    opened, facts, news = refunds.open_refunds(
        case.plan.refunds, context=context, settle=True, now=case.now
    )
    made = rows.Made(return_id, number, scope=received.scope)
    shown = rows.shown(case, ReturnStatus.COMPLETED, made=made, refunds=opened)
    _tell(case, caller, shown, "return.completed", facts=facts, news=[*received.news, *news])
    return shown


def _insert(
    case: Case,
    caller: Caller,
    return_id: UUID,
    status: str,
    *,
    scope: str = "",
    completed_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Write the return with its lines; its number."""
    values: dict[str, Any] = {
        **rows.return_values(case),
        "id": return_id,
        "store_number": caller.store_number,
        "store": caller.store_id,
        "terminal": caller.terminal_id,
        "status": status,
        "scope": scope,
        "expires_at": expires_at,
        "completed_at": completed_at,
        "lines": rows.line_rows(case.decision, arrived=completed_at is not None),
        "adjustments": rows.adjustment_rows(case),
        "exchange": rows.exchange_rows(case.decision, reserved=status == ReturnStatus.AUTHORIZED),
    }
    return store.insert_return(values)


def _context(case: Case, caller: Caller, return_id: UUID, number: str) -> RefundContext:
    return telling.refund_context(
        return_id, number, caller=caller, customer=case.customer,
        currency=case.currency, occurred_at=case.moment.occurred_at,
    )  # fmt: skip


def _tell(
    case: Case,
    caller: Caller,
    shown: ShownReturn,
    type_: str,
    *,
    facts: Sequence[Fact] = (),
    news: Sequence[News] = (),
) -> None:
    ask, moment = case.ask, case.moment.occurred_at
    fact = telling.return_fact(
        type_, shown, operator=ask.operator, occurred_at=moment, changes=ask.lines
    )
    audit.record([fact, *facts], actor=caller.actor, now=case.now)
    telling.tell_return(
        type_,
        shown,
        taxes=rows.taxes_by_line(case.decision),
        more=news,
        caller=caller,
        occurred_at=case.moment.occurred_at,
        now=case.now,
    )
