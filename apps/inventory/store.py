"""Stock in set-based statements: one posting is one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apps.common.sql import execute, fetch_all
from apps.inventory.commands import LevelAfter, NewItem, Posting

# Levels are written in item order, which is the lock order everywhere.
_POST = """
WITH moves AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::text[])
               AS m(item_id, bucket, quantity, kind, reference)),
ledger AS (
    INSERT INTO inventory_stockmovement
           (store_id, item_id, bucket, quantity, kind, reference, occurred_at, recorded_at)
    SELECT %s, item_id, bucket, quantity, kind, reference, %s, %s FROM moves)
INSERT INTO inventory_stocklevel AS level
       (store_id, item_id, on_hand, quarantined, damaged, to_supplier, written_off, reserved, reorder_point)
SELECT %s, item_id,
       coalesce(sum(quantity) FILTER (WHERE bucket = 'sellable'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'quarantine'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'damaged'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'vendor'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'scrap'), 0), 0, 0
  FROM moves GROUP BY item_id ORDER BY item_id
ON CONFLICT (store_id, item_id) DO UPDATE SET
       on_hand = level.on_hand + EXCLUDED.on_hand,
       quarantined = level.quarantined + EXCLUDED.quarantined,
       damaged = level.damaged + EXCLUDED.damaged,
       to_supplier = level.to_supplier + EXCLUDED.to_supplier,
       written_off = level.written_off + EXCLUDED.written_off
RETURNING item_id, on_hand, reserved, quarantined, damaged
"""

_RESERVE = """
UPDATE inventory_stocklevel AS level SET reserved = level.reserved + r.quantity
  FROM unnest(%s::bigint[], %s::numeric[]) AS r(item_id, quantity)
 WHERE level.store_id = %s AND level.item_id = r.item_id
"""

_ENSURE_LEVELS = """
INSERT INTO inventory_stocklevel (store_id, item_id, on_hand, reserved, quarantined, damaged,
                                  to_supplier, written_off, reorder_point)
SELECT %s, item_id, 0, 0, 0, 0, 0, 0, 0 FROM unnest(%s::bigint[]) AS n(item_id) ORDER BY item_id
ON CONFLICT (store_id, item_id) DO NOTHING
"""

_ENSURE = """
INSERT INTO inventory_item (sku, gtin, name, category, unit, returnable, serial_tracked, hazardous,
                            recalled, unlisted)
SELECT sku, '', name, '', 'each', true, false, false, false, true
  FROM unnest(%s::text[], %s::text[]) AS n(sku, name) ORDER BY sku
ON CONFLICT (sku) DO NOTHING
"""


def post(posting: Posting) -> list[LevelAfter]:
    """Write the movements and bring the levels along; the levels as they are now."""
    moves = posting.moves
    rows = fetch_all(
        _POST,
        [
            [m.item_id for m in moves],
            [m.bucket for m in moves],
            [m.quantity for m in moves],
            [m.kind for m in moves],
            [m.reference for m in moves],
            posting.store_id,
            posting.occurred_at,
            posting.recorded_at,
            posting.store_id,
        ],
    )
    return [LevelAfter(*row) for row in rows]


def change_reserved(store_id: int, quantities: dict[int, Decimal]) -> int:
    """Add (or, negative, take off) reservations by item; how many levels there were."""
    items = sorted(quantities)
    return execute(_RESERVE, [items, [quantities[i] for i in items], store_id])


def item_ids(skus: Sequence[str]) -> dict[str, int]:
    rows = fetch_all("SELECT sku, id FROM inventory_item WHERE sku = ANY(%s)", [list(skus)])
    return dict(rows)


def insert_items(items: Sequence[NewItem]) -> None:
    execute(_ENSURE, [[i.sku for i in items], [i.name for i in items]])


def ensure_levels(store_id: int, items: Sequence[int]) -> None:
    execute(_ENSURE_LEVELS, [store_id, list(items)])
