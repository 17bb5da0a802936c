"""Which sales a cancellation's goods are taken from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from client.replay.matching import Candidate, Take, read_candidates, split_by_sale, take_units


def left(receipt: str, line: int, price: int, units: int) -> Candidate:
    return Candidate(receipt, line, price, Decimal(units))


def test_newest_sale_first() -> None:
    takes = take_units([left("new", 1, 255, 6), left("old", 1, 255, 6)], Decimal(4), 255)
    assert takes == [Take("new", 1, Decimal(4))]


def test_the_same_price_goes_before_newer() -> None:
    takes = take_units([left("new", 1, 210, 6), left("old", 2, 255, 6)], Decimal(4), 255)
    assert takes == [Take("old", 2, Decimal(4))]


def test_another_price_fills_up() -> None:
    takes = take_units([left("new", 1, 210, 6), left("old", 2, 255, 3)], Decimal(4), 255)
    assert takes == [Take("old", 2, Decimal(3)), Take("new", 1, Decimal(1))]


def test_it_takes_what_there_is() -> None:
    assert take_units([left("only", 1, 255, 2)], Decimal(5), 255) == [Take("only", 1, Decimal(2))]
    assert take_units([], Decimal(5), 255) == []


def test_it_reads_no_further_than_needed() -> None:
    def endless() -> Iterator[Candidate]:
        yield left("new", 1, 255, 5)
        raise AssertionError("a page too many")

    assert take_units(endless(), Decimal(5), 255) == [Take("new", 1, Decimal(5))]


def test_one_group_per_sale_with_its_lines_in_order() -> None:
    one = Decimal(1)
    takes = [Take("b", 3, one), Take("a", 1, one), Take("b", 2, one)]
    assert split_by_sale(takes) == [
        ("b", [Take("b", 2, one), Take("b", 3, one)]),
        ("a", [Take("a", 1, one)]),
    ]


def test_only_lines_of_the_article_with_something_left_count() -> None:
    lines = [
        {"line_number": 1, "sku": "22423", "unit_price": 1095, "returnable_quantity": "2"},
        {"line_number": 2, "sku": "85123A", "unit_price": 255, "returnable_quantity": "0.000"},
        {"line_number": 3, "sku": "85123A", "unit_price": 255, "returnable_quantity": "6.000"},
    ]
    sales = [
        {"receipt_number": "voided", "voided": True, "lines": lines},
        {"receipt_number": "good", "voided": False, "lines": lines},
    ]
    assert list(read_candidates(sales, "85123A")) == [left("good", 3, 255, 6)]
