"""What the planner means to do, for tests that hold statements to their indexes."""

from __future__ import annotations

import re

from apps.common.sql import fetch_all, fetch_one


def read_whole(plan: str) -> set[str]:
    """The tables that a plan reads from end to end; months in which nothing lies do not count."""
    names = set(re.findall(r"Seq Scan on (\w+)", plan))
    return {name for name in names if _holds_something(name)}


def walks_along(plan: str, index: str) -> bool:
    """Whether a plan uses this index of a table cut by month, as one of its months has it."""
    months = fetch_all(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [index]
    )
    return any(f"using {month} " in plan for (month,) in months)


def _holds_something(table: str) -> bool:
    row = fetch_one(f"SELECT EXISTS (SELECT FROM {table})")
    return bool(row and row[0])
