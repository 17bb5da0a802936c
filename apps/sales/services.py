"""Taking sales in. A sale is a fact: the same one twice is one sale, another under its number a conflict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor, Caller
from apps.common.errors import Invalid, StaleState
from apps.common.fields import format_quantity
from apps.common.ids import uuid7
from apps.common.money import extended_price
from apps.events import services as events
from apps.events.commands import News, Place
from apps.inventory import services as inventory
from apps.inventory.commands import Move, NewItem, Posting
from apps.inventory.states import Bucket, MovementKind
from apps.sales import policy, store
from apps.sales.commands import LineChange, NewLine, NewSale
from apps.sales.models import Sale, SaleConflict
from apps.sales.states import ConflictStatus


class NumbersDoNotAddUp(Invalid):
    code = "numbers-do-not-add-up"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a sale that arrived: `recorded`, `duplicate` or `conflict`."""

    outcome: str
    sale_id: UUID
    receipt_number: str


def check_sale(sale: NewSale) -> None:
    """NumbersDoNotAddUp naming every difference; writes nothing."""
    if errors := policy.check_sums(sale):
        raise NumbersDoNotAddUp("Lines, discounts, total and tenders do not agree.", errors=errors)


def record_sales(
    sales: Sequence[NewSale], bodies: Sequence[Any], *, caller: Caller, now: datetime
) -> list[TakenIn]:
    """Take in several sales of the register's shop, in one transaction of the caller's.

    1. Each sale takes its number, if no other stands under it.
    2. The items and levels of those that did are made and locked up front in item order, so that
       two batches cannot wait for each other crosswise.
    3. Lines, goods, trail and events follow; the others are the same sale again, or a conflict.
    """
    ids = [_insert(sale, caller=caller, now=now) for sale in sales]
    new = [sale for sale, sale_id in zip(sales, ids, strict=True) if sale_id]
    names = {line.sku: NewItem(line.sku, line.description) for sale in new for line in sale.lines}
    items = inventory.ensure_items(list(names.values())) if names else {}
    if len(new) > 1:
        inventory.prepare_levels(caller.store_id, items.values())
    return [
        _record(sale_id, sale, items=items, caller=caller, now=now)
        if sale_id
        else _stands_already(sale, body, caller=caller, now=now)
        for sale_id, sale, body in zip(ids, sales, bodies, strict=True)
    ]


@transaction.atomic
def settle_conflict(
    conflict: SaleConflict, to: ConflictStatus, *, note: str, actor: Actor, now: datetime
) -> None:
    """Resolve (seen to elsewhere) or discard (of no account), saying why. The sale stays as it is.

    Invalid without a word, StaleState when somebody was faster.
    """
    if to not in (ConflictStatus.RESOLVED, ConflictStatus.DISCARDED):
        raise ValueError(f"{to} settles nothing")
    if not (said := note.strip()[:500]):
        raise Invalid("Say why.")
    settled = SaleConflict.objects.filter(pk=conflict.pk, status=ConflictStatus.OPEN).update(
        status=to, note=said, settled_at=now, settled_by=actor.label[:160] or actor.id[:160]
    )
    if not settled:
        raise StaleState("This conflict is no longer in the error queue.")
    stands = Sale.objects.only("receipt_number").get(pk=conflict.sale_id)
    fact = Fact(
        f"sale_conflict.{to}", "sale", str(stands.pk), subject_label=stands.receipt_number,
        outcome=str(to), reason=said, data={"conflict": conflict.pk},
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)


def change_lines(sale_id: UUID, changes: Sequence[LineChange]) -> bool:
    """Note what is promised to come back, what came, and what was given back. The sale is locked.

    Whether nothing of it is left out there then; with no changes, whether that was so before.
    """
    return store.change_lines(sale_id, changes)


def charge_tenders(*, pending: dict[int, int], refunded: dict[int, int]) -> None:
    """Money is on its way back to these tenders (by id), or has gone back at once (cash)."""
    changes = [(t, pending.get(t, 0), refunded.get(t, 0)) for t in pending.keys() | refunded.keys()]
    if changes:
        store.change_tenders(changes)


def settle_tender(tender_id: int, minor: int, *, went_back: bool) -> None:
    """What was on its way has arrived, or will not."""
    store.change_tenders([(tender_id, -minor, minor if went_back else 0)])


def charge_rounding(by_tender: Mapping[int, int]) -> None:
    """What goes back to these cash tenders was rounded by so many minor units more (negative: less)."""
    if any(by_tender.values()):
        store.change_rounding(by_tender)


def _insert(sale: NewSale, *, caller: Caller, now: datetime) -> UUID | None:
    sale_id = uuid7()
    values = _sale_values(sale_id, sale, _content_hash(sale), caller, now)
    return sale_id if store.insert_sale(values) else None


def _record(
    sale_id: UUID, sale: NewSale, *, items: dict[str, int], caller: Caller, now: datetime
) -> TakenIn:
    lines, taxes = _line_rows(sale, items)
    store.insert_parts(sale_id, lines, taxes, [asdict(tender) for tender in sale.tenders])
    news = [News("sale.recorded", "sale", str(sale_id), _told(sale))]
    if not (sale.training or sale.voided):
        levels = inventory.post_movements(_goods_out(sale_id, sale, items, caller.store_id, now))
        news.append(
            inventory.stock_changed(
                f"sale:{sale_id}", levels, {item: sku for sku, item in items.items()}
            )
        )
    place = Place(caller.store_id, caller.store_number, sale.terminal, sale.sold_at)
    fact = Fact(
        "sale.recorded", "sale", str(sale_id), subject_label=sale.receipt_number,
        data={"total_minor": sale.total, "currency": sale.currency, "lines": len(sale.lines),
              "operator": sale.operator},
        occurred_at=sale.sold_at,
    )  # fmt: skip
    audit.record([fact], actor=caller.actor, now=now)
    events.tell(news, place=place, now=now)
    return TakenIn("recorded", sale_id, sale.receipt_number)


def _stands_already(sale: NewSale, body: Any, *, caller: Caller, now: datetime) -> TakenIn:
    """The sale that holds the number: the same one, or a conflict to keep for IT."""
    content_hash = _content_hash(sale)
    natural = Sale.objects.filter(
        store_id=caller.store_id, terminal_number=sale.terminal,
        business_date=sale.business_date, sequence_number=sale.sequence_number,
    ).first()  # fmt: skip
    stands = natural or Sale.objects.get(receipt_number=sale.receipt_number)
    if bytes(stands.content_hash) == content_hash and stands.store_id == caller.store_id:
        _note_delivery(stands, sale, caller=caller, now=now)
        return TakenIn("duplicate", stands.pk, stands.receipt_number)
    conflict, created = SaleConflict.objects.get_or_create(
        sale=stands, content_hash=content_hash,
        defaults={"terminal_id": caller.terminal_id, "body": body, "first_at": now, "last_at": now,
                  "differences": _differences(stands, sale)},
    )  # fmt: skip
    if created:
        fact = Fact(
            "sale.conflict",
            "sale",
            str(stands.pk),
            subject_label=stands.receipt_number,
            outcome="kept",
        )
        audit.record([fact], actor=caller.actor, now=now)
    else:
        SaleConflict.objects.filter(pk=conflict.pk).update(times=F("times") + 1, last_at=now)
        _open_again(conflict)
    return TakenIn("conflict", stands.pk, stands.receipt_number)


def _open_again(conflict: SaleConflict) -> None:
    """What was seen to and comes again was not; what was decided against stays so."""
    SaleConflict.objects.filter(pk=conflict.pk, status=ConflictStatus.RESOLVED).update(
        status=ConflictStatus.OPEN, note="", settled_at=None, settled_by=""
    )


def _note_delivery(stands: Sale, sale: NewSale, *, caller: Caller, now: datetime) -> None:
    """Said once, when the same sale is sent again with the time at which the goods arrived."""
    if sale.delivered_at is None:
        return
    noted = Sale.objects.filter(pk=stands.pk, delivered_at=None)
    if noted.update(delivered_at=sale.delivered_at):
        data = {"delivered_at": sale.delivered_at}
        label = stands.receipt_number
        fact = Fact("sale.delivered", "sale", str(stands.pk), subject_label=label, data=data)
        place = Place(stands.store_id, caller.store_number, sale.terminal, sale.delivered_at)
        audit.record([fact], actor=caller.actor, now=now)
        told = {"receipt_number": label, "delivered_at": sale.delivered_at.isoformat()}
        events.tell([News("sale.delivered", "sale", str(stands.pk), told)], place=place, now=now)


def _differences(stands: Sale, came: NewSale) -> list[dict[str, str]]:
    """The headline fields in which the two disagree; the whole body is kept beside them."""
    pairs = {
        "receipt_number": (stands.receipt_number, came.receipt_number),
        "register": (stands.terminal_number, came.terminal),
        "business_date": (stands.business_date, came.business_date),
        "sequence_number": (stands.sequence_number, came.sequence_number),
        "sold_at": (stands.sold_at, came.sold_at),
        "total": (stands.total_minor, came.total),
        "customer": (stands.customer_ref, came.customer),
        "lines": (stands.lines.count(), len(came.lines)),
    }
    return [
        {"field": name, "stands": str(old), "came": str(new)}
        for name, (old, new) in pairs.items()
        if old != new
    ]


def _sale_values(
    sale_id: UUID, sale: NewSale, content_hash: bytes, caller: Caller, now: datetime
) -> list[Any]:
    gross = sum(extended_price(line.unit_price, line.quantity) for line in sale.lines)
    discount = sum(line.discount for line in sale.lines) + sum(
        amount for _, amount in sale.discounts
    )
    tax = sum(policy.tax_of(line) for line in sale.lines)
    return [
        sale_id, caller.store_id, caller.terminal_id, sale.terminal, sale.business_date,
        sale.sequence_number, sale.receipt_number, sale.channel, sale.source_order_ref, sale.sold_at,
        now, sale.currency, sale.operator, sale.customer, gross, discount, tax, sale.total,
        sale.training, sale.voided, content_hash, sale.delivered_at, sale.cash_rounding.increment,
        sale.cash_rounding.mode,
    ]  # fmt: skip


def _line_rows(
    sale: NewSale, items: dict[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines with their frozen share of the order discounts, and their taxes."""
    lines, taxes = [], []
    for line, share in zip(sale.lines, policy.spread_discounts(sale), strict=True):
        tax = policy.tax_of(line)
        lines.append({
            "line_number": line.line_number, "item_id": items[line.sku], "description": line.description,
            "quantity": line.quantity, "unit_price": line.unit_price,
            "gross": extended_price(line.unit_price, line.quantity), "discount": line.discount,
            "order_discount": share, "tax": tax, "total": line.total - share,
            "serial_number": line.serial_number, "final_sale": line.final_sale,
        })  # fmt: skip
        taxes += [
            {"line_number": line.line_number, "place": place, "code": t.code, "rate": t.rate,
             "inclusive": t.inclusive, "taxable": line.total - share - tax, "amount": t.amount}
            for place, t in enumerate(line.taxes)
        ]  # fmt: skip
    return lines, taxes


def _goods_out(
    sale_id: UUID, sale: NewSale, items: dict[str, int], store_id: int, now: datetime
) -> Posting:
    moves = [_out(sale_id, line, items[line.sku]) for line in sale.lines]
    return Posting(store_id, moves, occurred_at=sale.sold_at, recorded_at=now)


def _out(sale_id: UUID, line: NewLine, item_id: int) -> Move:
    reference = f"sale:{sale_id}:{line.line_number}"
    return Move(item_id, Bucket.SELLABLE, -line.quantity, MovementKind.SALE, reference)


def _told(sale: NewSale) -> dict[str, Any]:
    """What other systems hear of a sale."""
    return {
        "receipt_number": sale.receipt_number,
        "channel": sale.channel,
        "currency": sale.currency,
        "total": sale.total,
        "customer": sale.customer,
        "lines": [
            {"line_number": line.line_number, "sku": line.sku,
             "quantity": format_quantity(line.quantity), "total": line.total}
            for line in sale.lines
        ],
        "tenders": [
            {"number": t.number, "kind": t.kind, "amount": t.amount, "rounding": t.rounding}
            for t in sale.tenders
        ],
    }  # fmt: skip


def _content_hash(sale: NewSale) -> bytes:
    """SHA-256 of what the sale says, however it was written ("6" and "6.000" are the same).

    What may become known later, and what older registers do not say, counts only where it is said
    (a card's fingerprint, rounding) or not at all (the delivery), so that the same sale stays the same.
    """
    said = asdict(sale)
    del said["delivered_at"]
    if not sale.cash_rounding.increment:
        del said["cash_rounding"]
    for tender in said["tenders"]:
        for name in ("card_fingerprint", "rounding"):
            if not tender[name]:
                del tender[name]
    return hashlib.sha256(json.dumps(said, default=_plain).encode()).digest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format_quantity(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
