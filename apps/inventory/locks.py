"""The only place that locks levels, always in item order."""

from __future__ import annotations

from collections.abc import Iterable

from apps.common.sql import fetch_all
from apps.inventory.commands import LevelNow

_LEVELS = """
SELECT item_id, on_hand, reserved, ranged, counting_since IS NOT NULL,
       (SELECT max(r.told_at) FROM inventory_stockreport r
         WHERE r.store_id = l.store_id AND r.item_id = l.item_id)
  FROM inventory_stocklevel l
 WHERE store_id = %s AND item_id = ANY(%s) ORDER BY item_id
"""

_LEVELS_OF = """
SELECT l.store_id, l.item_id, l.on_hand, l.reserved, l.ranged, l.counting_since IS NOT NULL
  FROM unnest(%s::bigint[], %s::bigint[]) AS wanted(store_id, item_id)
  JOIN inventory_stocklevel l USING (store_id, item_id)
"""


def load_levels(store_id: int, item_ids: Iterable[int], *, lock: bool) -> dict[int, LevelNow]:
    """The levels that exist, by item; with `lock`, held until the transaction ends."""
    sql = _LEVELS + (" FOR UPDATE" if lock else "")
    rows = fetch_all(sql, [store_id, sorted(set(item_ids))])
    return {item_id: LevelNow(*level) for item_id, *level in rows}


def load_levels_of(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], LevelNow]:
    """The levels of many shops that exist, by (shop, item); nothing is held, and no word of others."""
    wanted = sorted(set(pairs))
    rows = fetch_all(_LEVELS_OF, [[shop for shop, _ in wanted], [item for _, item in wanted]])
    return {(shop, item): LevelNow(*level) for shop, item, *level in rows}
