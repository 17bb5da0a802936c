"""The goods are here: stock moves, and the sale learns how much of it is back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.common.caller import Caller
from apps.events.commands import News
from apps.inventory import services as inventory
from apps.inventory.commands import Move, Posting
from apps.inventory.states import Bucket, MovementKind
from apps.returns.states import BUCKET_OF, Disposition


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    number: int
    item_id: int
    sku: str
    quantity: Decimal
    disposition: str


@dataclass(frozen=True, slots=True)
class LeavingLine:
    number: int
    item_id: int
    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Arrival:
    """What comes in and what goes out with a return. `sale_id` None: its sale is not known.

    `reserved`: the exchange goods were promised.
    """

    return_id: UUID
    sale_id: UUID | None
    all_back: bool
    lines: tuple[ArrivedLine, ...]
    exchange: tuple[LeavingLine, ...]
    reserved: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """Whether anything of the sale is left out there, and what others are to hear."""

    scope: str
    news: tuple[News, ...]


def receive_goods(arrival: Arrival, *, caller: Caller, now: datetime) -> Received:
    """Post the movements of a completed return. The sale's lines have been changed before."""
    if arrival.exchange and arrival.reserved:
        inventory.release(caller.store_id, _quantities(arrival.exchange))
    moves = [_in(arrival, line) for line in arrival.lines] + [
        _out(arrival, line) for line in arrival.exchange
    ]
    levels = inventory.post_movements(Posting(caller.store_id, moves, arrival.occurred_at, now))
    skus = {line.item_id: line.sku for line in arrival.lines}
    skus |= {line.item_id: line.sku for line in arrival.exchange}
    stock = inventory.stock_changed(f"return:{arrival.return_id}", levels, skus)
    if arrival.sale_id is None:
        return Received("", (stock,))
    scope = "full" if arrival.all_back else "partial"
    back = "sale.fully_returned" if scope == "full" else "sale.partially_returned"
    news = News(back, "sale", str(arrival.sale_id), {"return": str(arrival.return_id)})
    return Received(scope, (news, stock))


def _in(arrival: Arrival, line: ArrivedLine) -> Move:
    bucket = BUCKET_OF[Disposition(line.disposition)]
    reference = f"return:{arrival.return_id}:{line.number}"
    return Move(line.item_id, bucket, line.quantity, MovementKind.RETURN, reference)


def _out(arrival: Arrival, line: LeavingLine) -> Move:
    reference = f"exchange:{arrival.return_id}:{line.number}"
    return Move(line.item_id, Bucket.SELLABLE, -line.quantity, MovementKind.EXCHANGE, reference)


def _quantities(lines: tuple[LeavingLine, ...]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for line in lines:
        sums[line.item_id] = sums.get(line.item_id, Decimal(0)) + line.quantity
    return sums
