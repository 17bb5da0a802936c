from __future__ import annotations

from django.db.models import QuerySet

from apps.common.errors import NotFound
from apps.inventory.models import Item, StockLevel


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
