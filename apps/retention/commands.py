from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Partition:
    """A month of a table in the database, or what was caught by none (`month` is None).

    `rows` is PostgreSQL's estimate, None before it made one; exact (up to 1,000) for what was caught.
    `size` in bytes, with indexes. `is_first` holds whatever was before, too.
    """

    table: str
    name: str
    month: date | None
    is_first: bool
    rows: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row as JSON text, and its print."""

    text: str
    print: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The keys of a month: from, and up to without. As the table has them."""

    low: Any
    high: Any


def after(month: date, months: int = 1) -> date:
    """The first day of the month so many months later."""
    year, place = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, place + 1, 1)
