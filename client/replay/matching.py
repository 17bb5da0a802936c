"""Which earlier sales a cancellation's goods came from: the file does not say, so by rule.

1. Newest sale first: that is where a clerk would look.
2. Lines at the cancellation's own price before lines at any other.
3. From each line no more than the server says is left to return.
4. Several sales when one has not enough; what then remains is unmatched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from client.transport import JsonObject


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sale line with something left to return."""

    receipt_number: str
    line_number: int
    unit_price: int
    left: Decimal


@dataclass(frozen=True, slots=True)
class Take:
    """So many units from that line."""

    receipt_number: str
    line_number: int
    quantity: Decimal


def read_candidates(sales: Iterable[JsonObject], sku: str) -> Iterator[Candidate]:
    """The lines of that article in the answer to a search, in the server's order, lazily."""
    for sale in sales:
        if sale.get("voided") or sale.get("training"):
            continue
        for line in sale["lines"]:
            left = Decimal(line["returnable_quantity"])
            if line["sku"] == sku and left > 0:
                yield Candidate(
                    sale["receipt_number"], line["line_number"], line["unit_price"], left
                )


def take_units(candidates: Iterable[Candidate], wanted: Decimal, unit_price: int) -> list[Take]:
    """Where to take `wanted` units from, all of them or as many as there are.

    Reads no further than needed: with enough at the same price, older pages are never fetched.
    """
    seen: list[Candidate] = []
    at_this_price = Decimal(0)
    for candidate in candidates:
        seen.append(candidate)
        if candidate.unit_price == unit_price:
            at_this_price += candidate.left
        if at_this_price >= wanted:
            break
    takes = []
    # The sort is stable: newest first stays so within each half.
    for candidate in sorted(seen, key=lambda c: c.unit_price != unit_price):
        units = min(candidate.left, wanted)
        if units <= 0:
            break
        takes.append(Take(candidate.receipt_number, candidate.line_number, units))
        wanted -= units
    return takes


def split_by_sale(takes: Sequence[Take]) -> list[tuple[str, list[Take]]]:
    """One group per sale, in the order in which the sales were first taken from."""
    groups: dict[str, list[Take]] = {}
    for take in takes:
        groups.setdefault(take.receipt_number, []).append(take)
    return [(receipt, sorted(g, key=lambda t: t.line_number)) for receipt, g in groups.items()]
