"""Stock in set-based statements: one posting is one round trip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

from apps.common.sql import execute, fetch_all
from apps.inventory.commands import (
    ItemNow,
    ItemTold,
    LevelAfter,
    LevelCorrected,
    LevelReport,
    NewItem,
    Posting,
)

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
       (store_id, item_id, on_hand, quarantined, damaged, to_supplier, written_off, reserved, reorder_point,
        ranged)
SELECT %s, item_id,
       coalesce(sum(quantity) FILTER (WHERE bucket = 'sellable'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'quarantine'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'damaged'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'vendor'), 0),
       coalesce(sum(quantity) FILTER (WHERE bucket = 'scrap'), 0), 0, 0,
       bool_or(kind NOT IN ('return', 'void', 'transfer'))
  FROM moves GROUP BY item_id ORDER BY item_id
ON CONFLICT (store_id, item_id) DO UPDATE SET
       on_hand = level.on_hand + EXCLUDED.on_hand,
       quarantined = level.quarantined + EXCLUDED.quarantined,
       damaged = level.damaged + EXCLUDED.damaged,
       to_supplier = level.to_supplier + EXCLUDED.to_supplier,
       written_off = level.written_off + EXCLUDED.written_off,
       ranged = level.ranged OR EXCLUDED.ranged
RETURNING item_id, on_hand, reserved, quarantined, damaged
"""

_RESERVE = """
UPDATE inventory_stocklevel AS level SET reserved = level.reserved + r.quantity
  FROM unnest(%s::bigint[], %s::numeric[]) AS r(item_id, quantity)
 WHERE level.store_id = %s AND level.item_id = r.item_id
"""

_ENSURE_LEVELS = """
INSERT INTO inventory_stocklevel (store_id, item_id, on_hand, reserved, quarantined, damaged,
                                  to_supplier, written_off, reorder_point, ranged)
SELECT %s, item_id, 0, 0, 0, 0, 0, 0, 0, true FROM unnest(%s::bigint[]) AS n(item_id) ORDER BY item_id
ON CONFLICT (store_id, item_id) DO NOTHING
"""

_ENSURE = """
INSERT INTO inventory_item (sku, gtin, name, category, unit, returnable, serial_tracked, hazardous,
                            recalled, unlisted)
SELECT sku, '', name, '', 'each', true, false, false, false, true
  FROM unnest(%s::text[], %s::text[]) AS n(sku, name) ORDER BY sku
ON CONFLICT (sku) DO NOTHING
"""

_ITEMS = """
SELECT id, sku, category, returnable, serial_tracked, hazardous, recalled
  FROM inventory_item WHERE sku = ANY(%s)
"""

# What is not told stays as it is. An item that a sale makes at this very moment is met by the INSERT.
_TAKE_ITEMS = """
WITH told AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS t(sku text, gtin text, name text, category text, unit text,
           returnable boolean, serial_tracked boolean, hazardous boolean, recalled boolean)),
wanted AS (
    SELECT i.id, t.sku, coalesce(t.gtin, i.gtin) AS gtin, coalesce(t.name, i.name) AS name,
           coalesce(t.category, i.category) AS category, coalesce(t.unit, i.unit) AS unit,
           coalesce(t.returnable, i.returnable, true) AS returnable,
           coalesce(t.serial_tracked, i.serial_tracked, false) AS serial_tracked,
           coalesce(t.hazardous, i.hazardous, false) AS hazardous,
           coalesce(t.recalled, i.recalled, false) AS recalled
      FROM told t LEFT JOIN inventory_item i ON i.sku = t.sku),
changed AS (
    UPDATE inventory_item AS i
       SET gtin = w.gtin, name = w.name, category = w.category, unit = w.unit, returnable = w.returnable,
           serial_tracked = w.serial_tracked, hazardous = w.hazardous, recalled = w.recalled, unlisted = false
      FROM wanted w
     WHERE i.id = w.id
       AND (i.gtin, i.name, i.category, i.unit, i.returnable, i.serial_tracked, i.hazardous, i.recalled,
            i.unlisted)
           IS DISTINCT FROM
           (w.gtin, w.name, w.category, w.unit, w.returnable, w.serial_tracked, w.hazardous, w.recalled, false)
    RETURNING i.sku),
added AS (
    INSERT INTO inventory_item (sku, gtin, name, category, unit, returnable, serial_tracked, hazardous,
                                recalled, unlisted)
    SELECT sku, coalesce(gtin, ''), coalesce(name, ''), coalesce(category, ''), coalesce(unit, 'each'),
           returnable, serial_tracked, hazardous, recalled, false
      FROM wanted WHERE id IS NULL ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET
           gtin = EXCLUDED.gtin, name = EXCLUDED.name, category = EXCLUDED.category, unit = EXCLUDED.unit,
           returnable = EXCLUDED.returnable, serial_tracked = EXCLUDED.serial_tracked,
           hazardous = EXCLUDED.hazardous, recalled = EXCLUDED.recalled, unlisted = false
    RETURNING sku)
SELECT sku, false FROM changed UNION ALL SELECT sku, true FROM added
"""

# Only what is newer than the latest that the same source said of a level; or of the same moment and
# different, since some clocks know no fractions.
_NOTE_REPORTS = """
INSERT INTO inventory_stockreport AS known (source, store_id, item_id, told_at, on_hand)
SELECT %s, store_id, item_id, told_at, on_hand
  FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[])
       AS t(store_id, item_id, told_at, on_hand) ORDER BY store_id, item_id
ON CONFLICT (source, store_id, item_id) DO UPDATE SET told_at = EXCLUDED.told_at, on_hand = EXCLUDED.on_hand
 WHERE EXCLUDED.told_at > known.told_at
    OR EXCLUDED.told_at = known.told_at AND EXCLUDED.on_hand <> known.on_hand
RETURNING store_id, item_id
"""

_ENSURE_PAIRS = """
INSERT INTO inventory_stocklevel (store_id, item_id, on_hand, reserved, quarantined, damaged,
                                  to_supplier, written_off, reorder_point, ranged)
SELECT store_id, item_id, 0, 0, 0, 0, 0, 0, 0, true
  FROM unnest(%s::bigint[], %s::bigint[]) AS n(store_id, item_id) ORDER BY store_id, item_id
ON CONFLICT (store_id, item_id) DO NOTHING
"""

_LOCK_PAIRS = """
SELECT 1 FROM inventory_stocklevel l
  JOIN unnest(%s::bigint[], %s::bigint[]) AS n(store_id, item_id) USING (store_id, item_id)
 ORDER BY l.store_id, l.item_id FOR UPDATE OF l
"""

# What a level was expected to be at the moment that is told of: what it is now, less what moved since,
# as far as the source cannot have known it. Corrections from outside count by the moment they were of.
_CORRECT = """
WITH gap AS (
    SELECT t.store_id, t.item_id, t.told_at, t.reference,
           t.on_hand - l.on_hand + coalesce((
               SELECT sum(m.quantity) FROM inventory_stockmovement m
                WHERE m.store_id = t.store_id AND m.item_id = t.item_id AND m.bucket = 'sellable'
                  AND CASE WHEN m.reference LIKE 'told:%%' THEN m.occurred_at > t.told_at
                           ELSE m.recorded_at > t.told_at - %s END), 0) AS quantity
      FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[], %s::text[])
           AS t(store_id, item_id, told_at, on_hand, reference)
      JOIN inventory_stocklevel l USING (store_id, item_id)),
moved AS (SELECT * FROM gap WHERE quantity <> 0),
ledger AS (
    INSERT INTO inventory_stockmovement
           (store_id, item_id, bucket, quantity, kind, reference, occurred_at, recorded_at)
    SELECT store_id, item_id, 'sellable', quantity, 'adjustment', reference, told_at, %s FROM moved
     ORDER BY store_id, item_id)
UPDATE inventory_stocklevel l SET on_hand = l.on_hand + m.quantity
  FROM moved m WHERE l.store_id = m.store_id AND l.item_id = m.item_id
RETURNING l.store_id, m.quantity, l.item_id, l.on_hand, l.reserved, l.quarantined, l.damaged
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


def items(skus: Sequence[str]) -> dict[str, ItemNow]:
    return {row[1]: ItemNow(*row) for row in fetch_all(_ITEMS, [list(skus)])}


def insert_items(items: Sequence[NewItem]) -> None:
    execute(_ENSURE, [[i.sku for i in items], [i.name for i in items]])


def ensure_levels(store_id: int, items: Sequence[int]) -> None:
    execute(_ENSURE_LEVELS, [store_id, list(items)])


def take_items(items: Sequence[ItemTold]) -> dict[str, bool]:
    """Make and change items; by SKU whether it is new. One that is as told already is not named."""
    rows = fetch_all(_TAKE_ITEMS, [json.dumps([asdict(item) for item in items])])
    return dict(rows)


def note_reports(source: str, reports: Sequence[LevelReport]) -> set[tuple[int, int]]:
    """Remember what was told; (shop, item) of what is news."""
    columns = [
        [r.store_id for r in reports],
        [r.item_id for r in reports],
        [r.as_of for r in reports],
        [r.on_hand for r in reports],
    ]
    return {(row[0], row[1]) for row in fetch_all(_NOTE_REPORTS, [source, *columns])}


def lock_pairs(pairs: Sequence[tuple[int, int]]) -> None:
    """Make the levels (shop, item) that are missing and lock all, in the order of shops and items."""
    columns = [[store_id for store_id, _ in pairs], [item_id for _, item_id in pairs]]
    execute(_ENSURE_PAIRS, columns)
    execute(_LOCK_PAIRS, columns)


def correct(
    reports: Sequence[LevelReport], *, behind: timedelta, now: datetime
) -> list[LevelCorrected]:
    """Movements that make up the differences, and the levels after them. The levels are locked."""
    rows = fetch_all(
        _CORRECT,
        [
            behind,
            [r.store_id for r in reports],
            [r.item_id for r in reports],
            [r.as_of for r in reports],
            [r.on_hand for r in reports],
            [r.reference for r in reports],
            now,
        ],
    )
    return [LevelCorrected(row[0], row[1], LevelAfter(*row[2:])) for row in rows]
