"""The book: all lines of the file, gathered into invoices, each line in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from client.replay.classify import Category, Role, classify, is_cancellation
from client.replay.lines import Line, Malformed


@dataclass(frozen=True, slots=True)
class Entry:
    """A goods line that is to be played; `position` is its place on the invoice, from 1."""

    position: int
    sku: str
    description: str
    quantity: Decimal
    unit_price: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is to be played of one invoice. `at` is the time of its first line."""

    number: str
    order: int
    at: datetime
    customer: str | None
    country: str
    entries: tuple[Entry, ...]

    @property
    def cancels(self) -> bool:
        return is_cancellation(self.number)

    @property
    def partition(self) -> str:
        """Invoices that share this must be played one after the other, in date order."""
        return f"customer {self.customer}" if self.customer else f"invoice {self.number}"


@dataclass(frozen=True, slots=True)
class Book:
    """A whole file: `settled` are the lines whose category the file alone decides."""

    line_count: int
    invoice_count: int
    invoices: tuple[Invoice, ...]
    settled: Counter[Category]
    malformed: tuple[Malformed, ...]


def read_book(lines: Iterable[Line | Malformed], limit: int | None = None) -> Book:
    """Gathers lines into invoices, in date order; past `limit` invoices they are only counted."""
    grouped: dict[str, list[Line]] = {}
    malformed: list[Malformed] = []
    line_count = 0
    for line in lines:
        line_count += 1
        if isinstance(line, Malformed):
            malformed.append(line)
        else:
            # An invoice's lines need not stand together: two customers check out in one minute.
            grouped.setdefault(line.invoice, []).append(line)
    settled: Counter[Category] = Counter({Category.MALFORMED: len(malformed)})
    in_order = sorted(enumerate(grouped.values()), key=lambda pair: (pair[1][0].at, pair[0]))
    invoices = [_gather(order, lines, settled) for order, lines in in_order[:limit]]
    for _, beyond in in_order[len(invoices) :]:
        settled[Category.BEYOND_LIMIT] += len(beyond)
    return Book(line_count, len(grouped), tuple(invoices), settled, tuple(malformed))


def _gather(order: int, lines: list[Line], settled: Counter[Category]) -> Invoice:
    entries = []
    for position, line in enumerate(lines, 1):
        fate = classify(line)
        if isinstance(fate, Role):
            entries.append(
                Entry(position, line.sku, line.description, line.quantity, line.unit_price)
            )
        else:
            settled[fate] += 1
    first = lines[0]
    return Invoice(first.invoice, order, first.at, first.customer, first.country, tuple(entries))
