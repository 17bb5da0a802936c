"""Moving goods. Always called inside the transaction of the sale, return or count that moves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.fields import format_quantity
from apps.events import services as events
from apps.events.commands import News, Place
from apps.inventory import store
from apps.inventory.commands import (
    ItemNow,
    ItemsTaken,
    ItemTold,
    LevelAfter,
    LevelCorrected,
    LevelNow,
    LevelReport,
    Move,
    NewItem,
    Posting,
)
from apps.inventory.locks import load_levels, load_levels_of
from apps.inventory.models import Item, StockCount, StockLevel, StockReport
from apps.inventory.states import Bucket, MovementKind

TOLD = "told:"
"""How the references of corrections begin that another system's word brought about."""
IN_ONE_EVENT = 100
IN_ONE_ENTRY = 200


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


def items_changed(
    reference: str, items: Iterable[Item], *, new: frozenset[str] = frozenset()
) -> list[News]:
    """Items as they are now, a hundred in an event; those with these SKUs are `new`."""
    told = [
        {
            "sku": item.sku, "gtin": item.gtin, "name": item.name, "category": item.category,
            "unit": item.unit, "returnable": item.returnable, "serial_tracked": item.serial_tracked,
            "hazardous": item.hazardous, "recalled": item.recalled, "new": item.sku in new,
        }
        for item in items
    ]  # fmt: skip
    return [
        News("item.changed", "items", reference, {"items": told[start : start + IN_ONE_EVENT]})
        for start in range(0, len(told), IN_ONE_EVENT)
    ]


def prepare_levels(store_id: int, item_ids: Iterable[int]) -> None:
    """Make the levels that are missing and lock all of them, in item order."""
    store.ensure_levels(store_id, sorted(set(item_ids)))
    load_levels(store_id, item_ids, lock=True)


def read_levels(store_id: int, items: Iterable[int], *, lock: bool) -> dict[int, LevelNow]:
    """The levels of these items in a shop, held until the transaction ends if `lock`."""
    return load_levels(store_id, items, lock=lock)


def read_levels_of(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], LevelNow]:
    """The levels of many shops, by (shop, item), as they are now."""
    return load_levels_of(pairs)


def read_items(skus: Sequence[str]) -> dict[str, ItemNow]:
    """What the master data says of the items that exist, by SKU."""
    return store.items(skus)


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


def ensure_services(names: Mapping[str, str]) -> None:
    """Items by SKU for what is paid beside the goods (shipping). Not given back, unless somebody
    ticks that they are; one that exists stays as it is."""
    Item.objects.bulk_create(
        [Item(sku=sku, name=name, category="service", returnable=False) for sku, name in names.items()],
        ignore_conflicts=True,
    )  # fmt: skip


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
    """A shelf count: what was expected, what was found, and the movement that makes up the difference.

    It ends the freeze of a level that was being counted.
    """
    level = load_levels(store_id, [item.pk], lock=True).get(item.pk)
    StockLevel.objects.filter(store_id=store_id, item=item).update(counting_since=None)
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
        data={"counted": counted, "expected": expected}, occurred_at=counted_at,
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
    return count


@transaction.atomic
def set_counting(level: StockLevel, *, counting: bool, actor: Actor, now: datetime) -> bool:
    """Freeze a level while it is counted on the shelf, or let it go again; False when it is so
    already. Returns of such goods then follow what their policy says."""
    rows = StockLevel.objects.filter(pk=level.pk, counting_since__isnull=counting)
    if not rows.update(counting_since=now if counting else None):
        return False
    item, shop = level.item, level.store
    reference = f"level:{shop.number}:{item.sku}"
    action = "stock.count_began" if counting else "stock.count_ended"
    fact = Fact(action, "item", item.sku, subject_label=str(item), data={"shop": shop.number})
    audit.record([fact], actor=actor, now=now)
    told = {"sku": item.sku, "counting": counting}
    place = Place(shop.pk, shop.number, "", now)
    events.tell([News("stock.counting", "stock", reference, told)], place=place, now=now)
    return True


def take_items(
    items: Sequence[ItemTold], *, reference: str, actor: Actor, now: datetime
) -> ItemsTaken:
    """Master data from another system, in the caller's transaction: each SKU once.

    Items that are new or different are told of as `item.changed`, a hundred in an event; one that was
    unlisted is no longer.
    """
    became = store.take_items(items)
    taken = ItemsTaken(
        frozenset(sku for sku, new in became.items() if new),
        frozenset(sku for sku, new in became.items() if not new),
    )
    if became:
        _tell_items(sorted(became), taken.new, reference, now)
        data = {"new": sorted(taken.new)[:IN_ONE_ENTRY], "changed": sorted(taken.changed)[:IN_ONE_ENTRY],
                "count_new": len(taken.new), "count_changed": len(taken.changed)}  # fmt: skip
        fact = Fact("items.taken_over", "items", reference, subject_label=actor.label, data=data)
        audit.record([fact], actor=actor, now=now)
    return taken


def correct_levels(
    reports: Sequence[LevelReport],
    *,
    source: str,
    reference: str,
    shops: Mapping[int, str],
    skus: Mapping[int, str],
    behind: timedelta = timedelta(0),
    actor: Actor,
    now: datetime,
) -> list[LevelCorrected]:
    """Bring levels to what another system says they were, in the caller's transaction.

    1. What is not newer than the last word of the same source on a level changes nothing.
    2. A report is of a moment: what moved since then counts on top. `behind`: how long the source
       takes to hear of what moves here.
    3. The difference is a movement of its own, with the report's reference (`told:…`); each level
       once. `reference` is of them all; `shops` are numbers and `skus` SKUs, by id, for what is told.
    """
    news = store.note_reports(source, reports)
    fresh = [report for report in reports if (report.store_id, report.item_id) in news]
    if not fresh:
        return []
    store.lock_pairs([(report.store_id, report.item_id) for report in fresh])
    corrected = store.correct(fresh, behind=behind, now=now)
    for store_id in sorted({one.store_id for one in corrected}):
        mine = [one for one in corrected if one.store_id == store_id]
        _tell_corrected(mine, f"{reference}:{shops[store_id]}", shops[store_id], skus, actor, now)
    return corrected


def _tell_items(skus: Sequence[str], new: Iterable[str], reference: str, now: datetime) -> None:
    items = Item.objects.filter(sku__in=skus).order_by("sku")
    news = items_changed(reference, items, new=frozenset(new))
    events.tell(news, place=Place(None, "", "", now), now=now)


def _tell_corrected(
    corrected: Sequence[LevelCorrected],
    reference: str,
    shop: str,
    skus: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Of one shop."""
    levels, names = [one.level for one in corrected], dict(skus)
    news = [
        stock_changed(reference, levels[start : start + IN_ONE_EVENT], names)
        for start in range(0, len(levels), IN_ONE_EVENT)
    ]
    events.tell(news, place=Place(corrected[0].store_id, shop, "", now), now=now)
    by_sku = {skus[one.level.item_id]: str(one.difference) for one in corrected[:IN_ONE_ENTRY]}
    data = {"reference": reference, "count": len(corrected), "by_sku": by_sku}
    fact = Fact("stock.corrected", "store", shop, subject_label=shop, data=data)
    audit.record([fact], actor=actor, now=now)


def forget_reports(source: str) -> None:
    """Whatever this source says next is news."""
    StockReport.objects.filter(source=source).delete()
