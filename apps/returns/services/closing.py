"""Undoing a return: voided by the register, or expired because nobody came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.common.caller import Actor, Caller, worker_actor
from apps.common.errors import Conflict
from apps.events import services as events
from apps.events.commands import News, Place
from apps.inventory import services as inventory
from apps.inventory.commands import Move, Posting
from apps.inventory.states import Bucket, MovementKind
from apps.refunds import services as refunds
from apps.returns.commands import ShownReturn, TaxesOfLines, reference_of
from apps.returns.locks import find_return, lock_return
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.selectors import show_return
from apps.returns.services import telling
from apps.returns.services.adjusting import undo_rounding
from apps.returns.states import BUCKET_OF, Disposition, ReturnStatus
from apps.sales import services as sales
from apps.sales.commands import LineChange

BATCH = 200


@dataclass(frozen=True, slots=True)
class End:
    """How a return ends that is not completed: in which state, by whom, and why."""

    status: ReturnStatus
    actor: Actor
    reason: str
    operator: str = ""


class NotVoidable(Conflict):
    code = "return-not-voidable"


def void_return(
    return_id: UUID, *, reason: str, operator: str, caller: Caller, now: datetime
) -> ShownReturn:
    """Undo an authorized return, or a completed one of which no money has gone back yet.

    NotVoidable otherwise: what has happened is corrected by a new fact, never erased. Runs in its
    idempotency key's transaction.
    """
    customer_return = find_return(return_id, store_id=caller.store_id)
    lines, sold = lock_return(customer_return)
    undone = customer_return.status == ReturnStatus.COMPLETED
    if undone:
        news = [_take_goods_back_out(customer_return, lines, now)]
        refunds.cancel_refunds(reference_of(customer_return.pk), now=now)
        undo_rounding(customer_return)
    elif customer_return.status == ReturnStatus.AUTHORIZED:
        _let_go(customer_return, lines, now)
        news = []
    else:
        raise NotVoidable(f"A return that is {customer_return.status} cannot be voided.")
    end = End(ReturnStatus.VOIDED, caller.actor, reason, operator)
    taxes = telling.taxes_of(lines, sold)
    return _finish(customer_return, end, taxes, news, now, undone=undone)


def expire_due_returns(*, now: datetime) -> int:
    """Let go of what was not brought, or not approved, in time; how many returns."""
    waiting = [ReturnStatus.AUTHORIZED, ReturnStatus.NEEDS_OVERRIDE]
    due = CustomerReturn.objects.filter(status__in=waiting, expires_at__lte=now)
    ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
    return sum(_expire(return_id, now=now) for return_id in ids)


@transaction.atomic
def _expire(return_id: UUID, *, now: datetime) -> int:
    customer_return = find_return(return_id, store_id=None)
    lines, sold = lock_return(customer_return)
    if customer_return.status not in (ReturnStatus.AUTHORIZED, ReturnStatus.NEEDS_OVERRIDE):
        return 0
    held = customer_return.status == ReturnStatus.AUTHORIZED
    if held:
        _let_go(customer_return, lines, now)
    actor = worker_actor(
        "expiry", store_id=customer_return.store_id, store_number=customer_return.store.number
    )
    end = End(
        ReturnStatus.EXPIRED, actor, "not brought in time" if held else "not approved in time"
    )
    _finish(customer_return, end, telling.taxes_of(lines, sold), [], now)
    return 1


def _let_go(customer_return: CustomerReturn, lines: Sequence[ReturnLine], now: datetime) -> None:
    """Units, exchange goods and money that were promised are free again."""
    _change_sale(
        customer_return,
        [_undo(line, authorized=-line.authorized_quantity) for line in _held(lines)],
    )
    reserved = dict[int, Decimal]()
    for line in customer_return.exchange_lines.filter(reserved=True):
        reserved[line.item_id] = reserved.get(line.item_id, Decimal(0)) + line.quantity
    if reserved:
        inventory.release(customer_return.store_id, reserved)
        customer_return.exchange_lines.update(reserved=False)
    refunds.release_planned(reference_of(customer_return.pk), now=now)
    undo_rounding(customer_return)


def _take_goods_back_out(
    customer_return: CustomerReturn, lines: Sequence[ReturnLine], now: datetime
) -> News:
    """A completed return undone: the goods leave stock again, the exchange goods come back."""
    _change_sale(
        customer_return, [_undo(line, returned=-line.received_quantity) for line in _held(lines)]
    )
    exchange = list(customer_return.exchange_lines.select_related("item"))
    moves = [
        _move(customer_return, f"{line.number}", line.item_id,
              BUCKET_OF[Disposition(line.disposition)], -line.received_quantity)
        for line in lines
        if line.received_quantity and line.item_id is not None
    ] + [
        _move(customer_return, f"x{line.number}", line.item_id, Bucket.SELLABLE, line.quantity)
        for line in exchange
    ]  # fmt: skip
    levels = inventory.post_movements(Posting(customer_return.store_id, moves, now, now))
    skus = {line.item_id: line.sku for line in lines if line.item_id is not None}
    skus |= {line.item_id: line.item.sku for line in exchange}
    return inventory.stock_changed(f"void:{customer_return.pk}", levels, skus)


def _held(lines: Sequence[ReturnLine]) -> list[ReturnLine]:
    """The lines that hold units of a sale; a refused line, or one without a sale, holds none."""
    return [line for line in lines if line.sale_line_id is not None and line.authorized_quantity]


def _change_sale(customer_return: CustomerReturn, changes: list[LineChange]) -> None:
    if customer_return.sale_id is not None:
        sales.change_lines(customer_return.sale_id, changes)


def _undo(
    line: ReturnLine, *, authorized: Decimal = Decimal(0), returned: Decimal = Decimal(0)
) -> LineChange:
    assert line.sale_line_id is not None
    taxes = tuple((tax_id, -minor) for tax_id, minor in line.taxes)
    return LineChange(line.sale_line_id, authorized, returned, -line.refund_minor, taxes)


def _move(
    customer_return: CustomerReturn, number: str, item_id: int, bucket: str, quantity: Decimal
) -> Move:
    reference = f"void:{customer_return.pk}:{number}"
    return Move(item_id, bucket, quantity, MovementKind.VOID, reference)


def _finish(
    customer_return: CustomerReturn,
    end: End,
    taxes: TaxesOfLines,
    news: Sequence[News],
    now: datetime,
    *,
    undone: bool = False,
) -> ShownReturn:
    status = end.status
    CustomerReturn.objects.filter(pk=customer_return.pk).update(status=status, expires_at=None)
    customer_return.status, customer_return.expires_at = status, None
    shown = show_return(customer_return)
    fact = telling.return_fact(f"return.{status}", shown, operator=end.operator, reason=end.reason)
    audit.record([fact], actor=end.actor, now=now)
    store = customer_return.store
    place = Place(store.pk, store.number, end.actor.terminal_number, now)
    told = telling.told(shown, taxes, undone=undone)
    closed = News(f"return.{status}", "return", str(shown.id), told)
    events.tell([closed, *news], place=place, now=now)
    return shown
