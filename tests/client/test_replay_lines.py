"""A line of the file is read exactly, or named as unreadable, and classified by rule."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from client.errors import ClientError
from client.replay.classify import Category, Role, classify, is_goods
from client.replay.lines import Line, Malformed, parse_row, read_lines


def row(**changes: str) -> list[str]:
    values = {
        "invoice": "536365",
        "sku": "85123A",
        "description": "HEART T-LIGHT HOLDER",
        "quantity": "6",
        "at": "2010-12-01 08:26:00",
        "price": "2.55",
        "customer": "17850.0",
        "country": "United Kingdom",
    }
    return list((values | changes).values())


def test_a_line_is_read_exactly() -> None:
    line = parse_row(row(), 2)
    assert isinstance(line, Line)
    assert (line.quantity, line.unit_price, line.customer) == (Decimal(6), 255, "17850")
    assert line.at.isoformat() == "2010-12-01T08:26:00+00:00"


def test_summer_time_is_london_s() -> None:
    line = parse_row(row(at="2011-07-01 08:26:00"), 2)
    assert isinstance(line, Line)
    assert line.at.isoformat() == "2011-07-01T08:26:00+01:00"


def test_a_code_typed_small_is_the_same_article() -> None:
    line = parse_row(row(sku="15056bl", customer=""), 2)
    assert isinstance(line, Line)
    assert (line.sku, line.customer) == ("15056BL", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": "six"},
        {"quantity": "NaN"},
        {"quantity": "1e99"},
        {"quantity": "0.0001"},
        {"price": ""},
        {"at": "yesterday"},
        {"invoice": "X536365"},
        {"sku": ""},
        {"invoice": "C536365", "quantity": "1"},
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, str]) -> None:
    line = parse_row(row(**changes), 7)
    assert isinstance(line, Malformed)
    assert line.number == 7


def test_lines_of_the_wrong_width_are_counted_not_dropped(
    csv_file: Callable[[str], Path],
) -> None:
    path = csv_file("536365,85123A\n\n" + ",".join(row()))
    found = list(read_lines(path))
    assert [type(line) for line in found] == [Malformed, Malformed, Line]
    assert [line.number for line in found] == [2, 3, 4]


def test_a_packed_file_in_latin_1_is_read(tmp_path: Path, csv_file: Callable[[str], Path]) -> None:
    content = csv_file(",".join(row(description="VOUCHER £40"))).read_text().encode("latin-1")
    packed = tmp_path / "data.csv.gz"
    packed.write_bytes(gzip.compress(content))
    line = next(iter(read_lines(packed)))
    assert isinstance(line, Line)
    assert line.description == "VOUCHER £40"


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(ClientError, match="expected the columns"):
        list(read_lines(path))


@pytest.mark.parametrize(
    "sku", ["85123", "85123A", "15056BL", "15056bl", "DCGS0076", "DCGSSBOY", "SP1002", "79323GR"]
)
def test_goods(sku: str) -> None:
    assert is_goods(sku)


NOT_GOODS = "POST DOT M m D S B C2 C3 CRUK PADS AMAZONFEE gift_0001_40 ADJUST TEST001"


@pytest.mark.parametrize("sku", [*NOT_GOODS.split(), "BANK CHARGES"])
def test_not_goods(sku: str) -> None:
    assert not is_goods(sku)


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({}, Role.SALE),
        ({"sku": "POST"}, Category.SALE_NOT_GOODS),
        ({"price": "0.0"}, Category.PRICE_ZERO),
        ({"price": "0.001"}, Category.PRICE_ZERO),
        ({"price": "-5"}, Category.BAD_DEBT),
        ({"invoice": "A563185", "sku": "B"}, Category.BAD_DEBT),
        ({"quantity": "0"}, Category.ZERO_QUANTITY),
        ({"quantity": "-3", "price": "0"}, Category.STOCK_ADJUSTMENT),
        ({"invoice": "C536365", "quantity": "-3"}, Role.CANCELLATION),
        ({"invoice": "C536365", "quantity": "-1", "sku": "D"}, Category.CANCEL_NOT_GOODS),
    ],
)
def test_every_line_has_one_place(changes: dict[str, str], fate: Category | Role) -> None:
    line = parse_row(row(**changes), 2)
    assert isinstance(line, Line)
    assert classify(line) == fate
