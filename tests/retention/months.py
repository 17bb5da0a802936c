"""Old months, planted: as if the tables had been cut by month for some time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.common.sql import execute, fetch_one
from apps.retention.commands import after
from apps.retention.kinds import KINDS

PRESENT = datetime.now(UTC).date().replace(day=1)


def ago(months: int) -> date:
    """The first day of the month so many months ago."""
    return after(PRESENT, -months)


def moment_in(month: date) -> datetime:
    return datetime(month.year, month.month, 15, 12, tzinfo=UTC)


def key_in(month: date, n: int = 1) -> int:
    """A key of the trail, from the middle of a month."""
    return (int(moment_in(month).timestamp() * 1000) << 20) + n


def uuid_in(month: date, n: int = 1) -> UUID:
    """A UUIDv7 from the middle of a month."""
    return UUID(int=(int(moment_in(month).timestamp() * 1000) << 80) | 7 << 76 | 2 << 62 | n)


def plant_months(table: str, months: int) -> None:
    """The table has so many months before the present one; the first of them holds all before."""
    present = f"{table}_y{PRESENT:%Ym%m}"
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE {table} DETACH PARTITION {present}")
    execute(f"DROP TRIGGER IF EXISTS no_truncate ON {present}")
    first = ago(months)
    bound = "SELECT month_bound(%s::regclass, (%s::date)::timestamp AT TIME ZONE 'UTC')"
    row = fetch_one(bound, [table, after(first)])
    assert row
    leaf = f"{table}_y{first:%Ym%m}"
    execute(f"CREATE TABLE {leaf} PARTITION OF {table} FOR VALUES FROM (MINVALUE) TO ('{row[0]}')")
    fetch_one("SELECT fit_out_month(%s, %s)", [table, leaf])
    for n in range(months - 1, 0, -1):
        fetch_one("SELECT make_month(%s, %s)", [table, ago(n)])
    low, high = (fetch_one(bound, [table, day]) for day in (PRESENT, after(PRESENT)))
    assert low
    assert high
    execute(
        f"ALTER TABLE {table} ATTACH PARTITION {present} FOR VALUES FROM ('{low[0]}') TO ('{high[0]}')"
    )
    execute(f"DROP TABLE {present}")  # with what it had; made anew as all others are
    fetch_one("SELECT make_month(%s, %s)", [table, PRESENT])


def months_of(table: str) -> list[str]:
    """The names of its months, without what was caught."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1",
            [table],
        )
        return [name for (name,) in cursor.fetchall() if not name.endswith("_rest")]


@contextmanager
def keys_of(month: date) -> Iterator[None]:
    """Entries of the trail written inside get ids of that month."""
    execute(
        "ALTER TABLE audit_auditentry ALTER COLUMN id SET DEFAULT"
        f" {key_in(month)} + nextval('audit_auditentry_id_seq')"
    )
    yield
    execute(
        "ALTER TABLE audit_auditentry ALTER COLUMN id SET DEFAULT timed_id('audit_auditentry_id_seq')"
    )


def plan_of(statement: str, *params: Any) -> str:
    """What PostgreSQL did, and where; along indexes, as it does where tables are large."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {statement}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


TABLES = [kind.table for kind in KINDS]
