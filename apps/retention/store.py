"""The SQL of months. Making and dropping are functions of the database, which run as its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from apps.common.sql import execute, fetch_all, fetch_one
from apps.retention.commands import Bounds, Partition, Row
from apps.retention.kinds import BY_TABLE, Kind

_LOCK = (7_330, 0)
"""Our two keys for the advisory lock of the one who archives."""
COUNTED = 1_000
BATCH = 2_000

_LIST = """
SELECT p.relname, c.relname, pg_get_expr(c.relpartbound, c.oid),
       CASE WHEN c.relname = p.relname || '_rest' THEN count_rest(p.relname, %s) ELSE c.reltuples::bigint END,
       pg_total_relation_size(c.oid)
  FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
 WHERE p.relnamespace = 'public'::regnamespace AND p.relname = ANY(%s) AND c.relkind = 'r'
 ORDER BY p.relname, c.relname
"""
_OPEN = """
SELECT count(*) FROM (SELECT FROM integrations_delivery
                       WHERE event_id >= %s AND event_id < %s
                         AND status IN ('pending', 'sending', 'dead') LIMIT 1000) d
"""


def read_partitions() -> list[Partition]:
    """Those of all tables, by table and month; what was caught by none is the last of its table."""
    rows = fetch_all(_LIST, [COUNTED, sorted(BY_TABLE)])
    found = [_to_partition(*row) for row in rows if None not in row]  # one was dropped meanwhile
    return sorted(found, key=lambda one: (one.table, one.month or date.max))


def _to_partition(table: str, name: str, bound: str, rows: int, size: int) -> Partition:
    if bound == "DEFAULT":
        return Partition(table, name, None, False, rows, size)
    month = datetime.strptime(name[-7:], "%Ym%m").replace(tzinfo=UTC).date()
    return Partition(table, name, month, "MINVALUE" in bound, None if rows < 0 else rows, size)


def count_rest(table: str) -> int:
    """How many rows belong to no month that was made; up to 1,000."""
    row = fetch_one("SELECT count_rest(%s, %s)", [table, COUNTED])
    return int(row[0]) if row else 0


def lock_archiving() -> bool:
    """Until `unlock_archiving`, or until this connection ends; False while another one archives."""
    row = fetch_one("SELECT pg_try_advisory_lock(%s::int, %s::int)", _LOCK)
    return bool(row and row[0])


def unlock_archiving() -> None:
    fetch_one("SELECT pg_advisory_unlock(%s::int, %s::int)", _LOCK)


def make_month(table: str, month: date) -> bool:
    """False when it stands already."""
    row = fetch_one("SELECT make_month(%s, %s)", [table, month])
    return bool(row and row[0])


def drop_month(partition: Partition, rows: int, prints: int) -> None:
    """Refused by the database unless these are the rows and prints of the month as it stands."""
    execute("SET LOCAL statement_timeout = '10min'")
    fetch_one(
        "SELECT drop_month(%s, %s, %s, %s::numeric)",
        [partition.table, partition.name, rows, Decimal(prints)],
    )


def bounds_of(partition: Partition, until: date) -> Bounds:
    """Of a month that ends before the day `until`."""
    parts = []
    for day in (partition.month, until):
        row = fetch_one("SELECT month_bound(%s::regclass, (%s::date)::timestamp AT TIME ZONE 'UTC')",
                        [partition.table, day])  # fmt: skip
        assert row is not None
        parts.append(row[0])
    low = ("0" * 32 if "-" in parts[0] else str(-(2**63))) if partition.is_first else parts[0]
    return Bounds(low, parts[1])


def is_empty(kind: Kind, bounds: Bounds) -> bool:
    sql = f"SELECT NOT EXISTS (SELECT FROM {kind.table} WHERE {kind.key} >= {{0}} AND {kind.key} < {{0}})"
    row = fetch_one(sql.format(_typed(kind)), [bounds.low, bounds.high])
    return bool(row and row[0])


def read_rows(kind: Kind, bounds: Bounds) -> Iterator[Row]:
    """All rows of a month by their keys, in batches of their own statements."""
    one, key = _typed(kind), kind.key
    last: tuple[Any, ...] = ()
    place = "id" if key == "id" else f"{key}, id"
    while True:
        behind = f"AND ({place}) > ({', '.join(['%s'] * len(last))})" if last else ""
        rows = fetch_all(
            f"SELECT to_jsonb(e)::text, hashtextextended(e::text, 0), {place} FROM {kind.table} e"
            f" WHERE {key} >= {one} AND {key} < {one} {behind} ORDER BY {place} LIMIT {BATCH}",
            [bounds.low, bounds.high, *last],
        )
        yield from (Row(row[0], row[1]) for row in rows)
        if len(rows) < BATCH:
            return
        last = rows[-1][2:]


def open_deliveries(bounds: Bounds) -> int:
    """How many of a month still wait, or failed and were not put away; up to 1,000."""
    row = fetch_one(_OPEN.replace("%s", "%s::uuid"), [bounds.low, bounds.high])
    return int(row[0]) if row else 0


def unplaced_events(bounds: Bounds) -> bool:
    """Whether an event of a month has no place in the feed yet."""
    row = fetch_one(
        "SELECT EXISTS (SELECT FROM events_event WHERE position IS NULL AND id < %s::uuid)",
        [bounds.high],
    )
    return bool(row and row[0])


def _typed(kind: Kind) -> str:
    """A parameter of the key's type: bigint for the trail, else uuid."""
    return "%s::bigint" if kind.table == "audit_auditentry" else "%s::uuid"
