from __future__ import annotations

from datetime import datetime

from django.db.models import Max, QuerySet

from apps.common.errors import NotFound
from apps.inventory.models import Item, StockLevel, StockReport


def levels_of(*, sku: str, store_number: str | None = None) -> QuerySet[StockLevel]:
    """The levels of an item, here and in other shops, by shop number."""
    rows = StockLevel.objects.select_related("store", "item").filter(item__sku=sku)
    if store_number:
        rows = rows.filter(store__number=store_number)
    return rows.order_by("store__number")


def item_by_sku(sku: str) -> Item:
    item = Item.objects.filter(sku=sku).first()
    if item is None:
        raise NotFound(f"No item {sku}.")
    return item


def stock_told_at(store_id: int) -> datetime | None:
    """The newest word of another system on a shop's stock; None: none ever told."""
    told: datetime | None = StockReport.objects.filter(store_id=store_id).aggregate(
        newest=Max("told_at")
    )["newest"]
    return told
