"""What coming goods are worth: exact to the cent over any sequence of partial returns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.common.money import cumulative_share, extended_price
from apps.sales.commands import LineOfSale


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line's goods are worth: `refund = net + tax`; `taxes` are (tax of the sale line, minor).

    `fee` is kept back of it, never more than it. `adjustment` is what staff gave more or, negative,
    less. The customer gets `refund - fee + adjustment`, never less than nothing.
    """

    refund: int = 0
    net: int = 0
    tax: int = 0
    taxes: tuple[tuple[int, int], ...] = ()
    fee: int = 0
    adjustment: int = 0

    @property
    def to_customer(self) -> int:
        return self.refund - self.fee + self.adjustment


@dataclass(frozen=True, slots=True)
class Totals:
    """What the lines that may come back bring the customer, recalled goods left out."""

    amount_minor: int


def price(line: LineOfSale, quantity: Decimal) -> Worth:
    """What `quantity` more units of a sale line bring back, by cumulative difference.

    1. The line's total is authoritative: its share is what the customer gets.
    2. Each tax follows by the same formula.
    3. What is left is net. Below a cent per unit the rounded taxes may come to more than the share,
       or to so little that net would exceed what was paid: then taxes give way, and catch up later.
    """
    before = line.returned_quantity + line.authorized_quantity

    def share(total: int, already: int) -> int:
        return cumulative_share(total, before, quantity, line.quantity, already)

    refund = share(line.total_minor, line.refunded_minor)
    wanted = [share(tax.tax_minor, tax.refunded_minor) for tax in line.taxes]
    left = [tax.tax_minor - tax.refunded_minor for tax in line.taxes]
    net_left = line.total_minor - line.refunded_minor - sum(left)
    minors = _fitted(wanted, left, least=refund - net_left, most=refund)
    taxes = tuple((tax.id, minor) for tax, minor in zip(line.taxes, minors, strict=True))
    tax = sum(minors)
    return Worth(refund, refund - tax, tax, taxes)


def _fitted(wanted: Sequence[int], left: Sequence[int], *, least: int, most: int) -> list[int]:
    """The taxes wanted, changed as little as it takes for their sum to be within both bounds."""
    fitted = list(wanted)
    for i in range(len(fitted)):
        fitted[i] -= min(fitted[i], max(0, sum(fitted) - most))
        fitted[i] += min(left[i] - fitted[i], max(0, least - sum(fitted)))
    return fitted


def price_without_sale(unit_minor: int | None, quantity: Decimal) -> Worth:
    """Goods whose sale is not known, at this price of a unit. Their taxes are not known either."""
    refund = extended_price(unit_minor or 0, quantity)
    return Worth(refund, refund)


def after(line: LineOfSale, quantity: Decimal, worth: Worth) -> LineOfSale:
    """The sale line as it will stand once these units are promised or back (negative: let go)."""
    given = dict(worth.taxes)
    sign = 1 if quantity >= 0 else -1
    return replace(
        line,
        authorized_quantity=line.authorized_quantity + quantity,
        refunded_minor=line.refunded_minor + sign * worth.refund,
        taxes=tuple(
            replace(tax, refunded_minor=tax.refunded_minor + sign * given.get(tax.id, 0))
            for tax in line.taxes
        ),
    )
