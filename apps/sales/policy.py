"""Whether the numbers of a sale add up, and how order discounts fall on its lines. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from apps.common.errors import FieldError
from apps.common.money import extended_price, largest_remainder
from apps.sales.commands import NewLine, NewSale


def check_sums(sale: NewSale) -> list[FieldError]:
    """Every disagreement between lines, discounts, total and tenders, each naming the difference."""
    errors = list(_repeated_numbers(sale))
    for index, line in enumerate(sale.lines):
        errors += _check_line(index, line)
    lines = sum(line.total for line in sale.lines)
    discounts = sum(amount for _, amount in sale.discounts)
    if discounts > lines:
        errors.append(
            _difference("discounts", lines, discounts, "order discounts exceed the lines")
        )
    elif lines - discounts != sale.total:
        errors.append(
            _difference("total", lines - discounts, sale.total, "lines less order discounts")
        )
    tenders = sum(tender.amount - tender.rounding for tender in sale.tenders)
    if tenders != sale.total:
        errors.append(_difference("tenders", sale.total, tenders, "the total"))
    errors += _check_rounding(sale)
    return errors or _check_taxes_after_discounts(sale)


def spread_discounts(sale: NewSale) -> list[int]:
    """Each line's share of the order discounts, by its total; the shares add up exactly."""
    discounts = sum(amount for _, amount in sale.discounts)
    return largest_remainder(discounts, [line.total for line in sale.lines])


def tax_of(line: NewLine) -> int:
    return sum(tax.amount for tax in line.taxes)


def _check_line(index: int, line: NewLine) -> Iterator[FieldError]:
    exclusive = sum(tax.amount for tax in line.taxes if not tax.inclusive)
    expected = extended_price(line.unit_price, line.quantity) - line.discount + exclusive
    if expected != line.total:
        what = "quantity x unit price - discount + taxes on top"
        yield _difference(f"lines[{index}].total", expected, line.total, what)


def _check_rounding(sale: NewSale) -> Iterator[FieldError]:
    """Only cash is rounded, by less than the smallest coin, and never to more than nothing."""
    for index, tender in enumerate(sale.tenders):
        if not tender.rounding:
            continue
        place = f"tenders[{index}].rounding"
        if tender.kind != "cash":
            yield FieldError(place, "not-cash", "Only cash is rounded.")
        elif abs(tender.rounding) >= max(1, sale.cash_rounding.increment):
            most = "Less than cash_rounding.increment, which the sale has to name."
            yield FieldError(place, "rounding-too-large", most)
        elif tender.rounding > tender.amount:
            yield FieldError(place, "rounding-too-large", "At most the amount that was paid.")


def _check_taxes_after_discounts(sale: NewSale) -> list[FieldError]:
    shares = spread_discounts(sale)
    return [
        _difference(
            f"lines[{index}].taxes",
            line.total - share,
            tax_of(line),
            "at most the line after discounts",
        )
        for index, (line, share) in enumerate(zip(sale.lines, shares, strict=True))
        if tax_of(line) > line.total - share
    ]


def _repeated_numbers(sale: NewSale) -> Iterator[FieldError]:
    for name, numbers in (
        ("lines", [line.line_number for line in sale.lines]),
        ("tenders", [tender.number for tender in sale.tenders]),
    ):
        if len(set(numbers)) != len(numbers):
            yield FieldError(name, "repeated-number", "A number stands twice.")


def _difference(field: str, expected: int, given: int, what: str) -> FieldError:
    detail = f"{what}: expected {expected}, given {given}, difference {given - expected}."
    return FieldError(field, "difference", detail[0].upper() + detail[1:])
