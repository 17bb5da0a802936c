"""Loading and locking what a decision rests on, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.common.caller import Caller
from apps.common.errors import FieldError, Invalid
from apps.inventory import services as inventory
from apps.inventory.commands import LevelNow
from apps.returns import store
from apps.returns.commands import AskReturn
from apps.returns.policy import ExchangeFacts, Facts, LineFacts
from apps.sales.commands import SaleFacts
from apps.sales.locks import load_sale

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happened: the register's own time where it may be trusted, else ours."""

    occurred_at: datetime
    decides_at: datetime
    clock_suspect: bool


def moment_of(occurred_at: datetime | None, *, caller: Caller, now: datetime) -> Moment:
    """A clock more than 5 minutes off decides nothing, unless the profile may backdate."""
    if occurred_at is None:
        return Moment(now, now, clock_suspect=False)
    if "backdate" in caller.scopes or abs(occurred_at - now) <= CLOCK_TOLERANCE:
        return Moment(occurred_at, occurred_at, clock_suspect=False)
    return Moment(occurred_at, now, clock_suspect=True)


def gather_facts(ask: AskReturn, *, caller: Caller, at: datetime, lock: bool) -> Facts:
    """Sale with lines, taxes and tenders; policy, reasons and conditions; stock of exchange goods.

    With `lock`, the sale, its lines and the levels an exchange touches are held until the
    transaction ends; always in that order, each by primary key.
    """
    sale = None
    if ask.sale is not None:
        numbers = [line.sale_line for line in ask.lines if line.sale_line is not None]
        sale = load_sale(ask.sale, numbers, lock=lock)
    book, reasons, conditions = store.load_rulebook(
        store_id=caller.store_id,
        region_id=caller.region_id,
        channel=sale.channel if sale else "",
        reasons=[line.reason for line in ask.lines],
        conditions=[line.condition for line in ask.lines],
    )
    _refuse_unknown_words(ask, reasons, conditions)
    sold = {line.line_number: line for line in sale.lines} if sale else {}
    return Facts(
        receipt_named=ask.sale is not None,
        sale=sale,
        lines=tuple(LineFacts(line, sold.get(line.sale_line or 0)) for line in ask.lines),
        exchange=_exchange_facts(ask, sale, caller=caller, lock=lock),
        rulebook=book,
        reasons=reasons,
        conditions=conditions,
        store_currency=caller.currency,
        store_timezone=caller.timezone,
        at=at,
    )


def _exchange_facts(
    ask: AskReturn, sale: SaleFacts | None, *, caller: Caller, lock: bool
) -> tuple[ExchangeFacts, ...]:
    """Levels of what goes out; those of what comes in are locked along, to keep one lock order."""
    if not ask.exchange:
        return ()
    items = inventory.item_ids([line.sku for line in ask.exchange])
    coming = [line.item_id for line in sale.lines] if sale else []
    levels = inventory.read_levels(caller.store_id, [*items.values(), *coming], lock=lock)
    return tuple(
        ExchangeFacts(line, items.get(line.sku), _available(levels.get(items.get(line.sku, 0))))
        for line in ask.exchange
    )


def _available(level: LevelNow | None) -> Decimal | None:
    return None if level is None else level.on_hand - level.reserved


def _refuse_unknown_words(
    ask: AskReturn, reasons: dict[str, str], conditions: dict[str, str]
) -> None:
    errors = [
        FieldError(
            f"lines[{index}].{name}", "unknown-code", f"“{value}” is not one of the {name} codes."
        )
        for index, line in enumerate(ask.lines)
        for name, value, known in (
            ("reason", line.reason, reasons),
            ("condition", line.condition, conditions),
        )
        if value and value not in known
    ]
    if errors:
        raise Invalid("A reason or condition is not known here.", errors=errors)
