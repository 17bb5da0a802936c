"""Moving goods. Always called inside the transaction of the sale, return or count that moves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.fields import format_quantity
from apps.events import services as events
from apps.events.commands import News, Place
from apps.inventory import store
from apps.inventory.commands import LevelAfter, LevelNow, Move, NewItem, Posting
from apps.inventory.locks import load_levels
from apps.inventory.models import Item, StockCount
from apps.inventory.states import Bucket, MovementKind


def post_movements(posting: Posting) -> list[LevelAfter]:
    """Movements and levels in one statement; IntegrityError when a reference moves twice."""
    return store.post(posting)


def stock_changed(reference: str, levels: Sequence[LevelAfter], skus: dict[int, str]) -> News:
    """One event for all levels that a transaction moved, as they are now."""
    items = [
        {
            "sku": skus[level.item_id],
            "on_hand": format_quantity(level.on_hand),
            "reserved": format_quantity(level.reserved),
            "quarantined": format_quantity(level.quarantined),
            "damaged": format_quantity(level.damaged),
        }
        for level in levels
    ]
    return News("stock.changed", "stock", reference, {"items": items})


def prepare_levels(store_id: int, item_ids: Iterable[int]) -> None:
    """Make the levels that are missing and lock all of them, in item order."""
    store.ensure_levels(store_id, sorted(set(item_ids)))
    load_levels(store_id, item_ids, lock=True)


def read_levels(store_id: int, items: Iterable[int], *, lock: bool) -> dict[int, LevelNow]:
    """The levels of these items in a shop, held until the transaction ends if `lock`."""
    return load_levels(store_id, items, lock=lock)


def item_ids(skus: Sequence[str]) -> dict[str, int]:
    """Ids of the items that exist, by SKU."""
    return store.item_ids(skus)


def reserve(store_id: int, quantities: dict[int, Decimal]) -> None:
    """Promise goods. The caller has locked the levels and seen that there is enough."""
    store.change_reserved(store_id, quantities)


def release(store_id: int, quantities: dict[int, Decimal]) -> None:
    """Take a promise back."""
    store.change_reserved(store_id, {item: -quantity for item, quantity in quantities.items()})


def ensure_items(items: Sequence[NewItem]) -> dict[str, int]:
    """Ids by SKU. Unknown SKUs become items flagged «unlisted»: a sale is never refused for master data."""
    skus = {item.sku: item for item in items}
    known = store.item_ids(list(skus))
    missing = [item for sku, item in skus.items() if sku not in known]
    if missing:
        store.insert_items(missing)
        known |= store.item_ids([item.sku for item in missing])
    return known


@transaction.atomic
def record_count(
    *,
    store_id: int,
    item: Item,
    counted: Decimal,
    by: str,
    counted_at: datetime,
    actor: Actor,
    now: datetime,
) -> StockCount:
    """A shelf count: what was expected, what was found, and the movement that makes up the difference."""
    level = load_levels(store_id, [item.pk], lock=True).get(item.pk)
    expected = level.on_hand if level else Decimal(0)
    count = StockCount.objects.create(
        store_id=store_id, item=item, counted=counted, expected=expected, counted_at=counted_at,
        counted_by=by,
    )  # fmt: skip
    if counted != expected:
        reference = f"count:{count.pk}"
        move = Move(item.pk, Bucket.SELLABLE, counted - expected, MovementKind.COUNT, reference)
        levels = post_movements(Posting(store_id, [move], counted_at, now))
        place = Place(store_id, actor.store_number, actor.terminal_number, counted_at)
        events.tell([stock_changed(reference, levels, {item.pk: item.sku})], place=place, now=now)
    fact = Fact(
        "stock.counted", "item", item.sku, subject_label=str(item),
        data={"counted": counted, "expected": expected},
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
    return count
