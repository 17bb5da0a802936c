"""Counting what happened. Every worker counts for itself; at the end the counts are added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from client.replay.classify import Category
from client.replay.journal import Outcome, Plan

APPROVED, DENIED, ALREADY_THERE, REFUSED = "approved", "denied", "already there", "refused"
NEW, CONFLICT = "new", "conflict"


@dataclass(slots=True)
class Tally:
    """All figures of a run, or of one worker's share of it; `units` are in thousandths."""

    invoices: int = 0
    lines: Counter[Category] = field(default_factory=Counter)
    sales: Counter[str] = field(default_factory=Counter)
    returns: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refund_count: Counter[str] = field(default_factory=Counter)
    refund_amount: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)

    def count_sale(self, status: str, line_count: int) -> None:
        self.sales[status] += 1
        taken_in = status in (NEW, ALREADY_THERE)
        self.lines[Category.SALE if taken_in else Category.SALE_REFUSED] += line_count

    def count_return(self, outcome: Outcome) -> None:
        self.returns[outcome.status] += 1
        if outcome.status not in (APPROVED, ALREADY_THERE, REFUSED):
            self.denied[f"{outcome.status}: {outcome.codes or 'no code'}"] += 1
        for kind, amount in outcome.refunds:
            self.refund_count[kind] += 1
            self.refund_amount[kind] += amount

    def count_cancellation(self, category: Category, wanted: Decimal, matched: Decimal) -> None:
        self.lines[category] += 1
        if category in (Category.CANCEL_ALREADY_THERE, Category.CANCEL_REFUSED):
            self.units[category.name.removeprefix("CANCEL_").lower()] += _thousandths(wanted)
            return
        self.units["matched"] += _thousandths(matched)
        self.units["unmatched"] += _thousandths(wanted - matched)

    def add(self, other: Tally) -> None:
        self.invoices += other.invoices
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)

    def _counters(self) -> list[Counter[str]]:
        return [
            self.lines,  # type: ignore[list-item]  # a Category is a str
            self.sales,
            self.returns,
            self.denied,
            self.refused,
            self.refund_count,
            self.refund_amount,
            self.units,
        ]


def category_of(plan: Plan, outcomes: list[Outcome]) -> Category:
    """Where a cancellation line belongs, once its parts are answered."""
    statuses = {outcome.status for outcome in outcomes}
    if REFUSED in statuses:
        return Category.CANCEL_REFUSED
    if ALREADY_THERE in statuses:
        return Category.CANCEL_ALREADY_THERE
    if not plan.parts:
        return Category.CANCEL_NO_SALE
    if plan.matched < Decimal(plan.wanted):
        return Category.CANCEL_PARTLY
    return Category.CANCEL_FULL


def _thousandths(units: Decimal) -> int:
    return int(units * 1000)
