"""The numbers of a sale add up, or the difference is named and nothing is taken in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import nothing_changes
from tests.world import Register, card, changed, line, problem, sale_body


def _off(register: Register, body: dict[str, Any]) -> list[tuple[str, str]]:
    with nothing_changes():
        document = problem(register.post("sales", body), 400, "numbers-do-not-add-up")
    assert {e["code"] for e in document["errors"]} <= {"difference", "repeated-number"}
    return [(e["field"], e["detail"]) for e in document["errors"]]


def test_a_line_names_its_difference(register: Register) -> None:
    body = sale_body(lines=[line(1), line(2, total=1529)], total=3060)
    body["tenders"] = [{"number": 1, "kind": "cash", "amount": 3060}]
    assert _off(register, body) == [
        (
            "lines[1].total",
            "Quantity x unit price - discount + taxes on top: expected 1530, given 1529, difference -1.",
        ),
        ("total", "Lines less order discounts: expected 3059, given 3060, difference 1."),
    ]


def test_a_discount_that_is_not_taken_off_is_noticed(register: Register) -> None:
    body = changed(sale_body(), "lines[0].discount", 30)
    (field, detail), *more = _off(register, body)
    assert (field, more) == ("lines[0].total", [])
    assert detail.endswith("expected 1500, given 1530, difference 30.")


def test_a_tax_on_top_belongs_to_the_total(register: Register) -> None:
    body = changed(sale_body(), "lines[0].taxes[0].inclusive", False)
    assert _off(register, body)[0][1].endswith("expected 1785, given 1530, difference -255.")


def test_the_total_names_its_difference(register: Register) -> None:
    body = sale_body(tenders=[{"number": 1, "kind": "cash", "amount": 1531}], total=1531)
    assert _off(register, body) == [
        ("total", "Lines less order discounts: expected 1530, given 1531, difference 1.")
    ]


def test_order_discounts_are_taken_off_the_total(register: Register) -> None:
    body = sale_body(discounts=[{"code": "A", "amount": 30}])
    body |= {"total": 1530, "tenders": [{"number": 1, "kind": "cash", "amount": 1530}]}
    assert _off(register, body)[0][1].endswith("expected 1500, given 1530, difference 30.")


def test_order_discounts_cannot_exceed_the_lines(register: Register) -> None:
    body = sale_body(total=0, tenders=[])
    body["discounts"] = [{"code": "A", "amount": 1531}]
    assert _off(register, body) == [
        (
            "discounts",
            "Order discounts exceed the lines: expected 1530, given 1531, difference 1.",
        )
    ]


def test_the_tenders_name_their_difference(register: Register) -> None:
    body = sale_body(tenders=[card(1030), {"number": 2, "kind": "cash", "amount": 499}])
    assert _off(register, body) == [
        ("tenders", "The total: expected 1530, given 1529, difference -1.")
    ]


@pytest.mark.parametrize("tenders", [[], [{"number": 1, "kind": "cash", "amount": 0}]])
def test_what_is_not_paid_is_noticed(register: Register, tenders: list[Any]) -> None:
    body = sale_body(tenders=tenders)
    assert _off(register, body)[0][1].endswith("expected 1530, given 0, difference -1530.")


def test_taxes_cannot_exceed_what_is_left_of_a_line(register: Register) -> None:
    body = sale_body(discounts=[{"code": "A", "amount": 1300}])
    assert _off(register, body) == [
        (
            "lines[0].taxes",
            "At most the line after discounts: expected 230, given 255, difference 25.",
        )
    ]


@pytest.mark.parametrize("name", ["lines", "tenders"])
def test_a_number_that_stands_twice_is_refused(register: Register, name: str) -> None:
    body = sale_body(lines=[line(1), line(2)], tenders=[card(3000), card(60, number=2)])
    number = "line_number" if name == "lines" else "number"
    assert _off(register, changed(body, f"{name}[1].{number}", 1)) == [
        (name, "A number stands twice.")
    ]


def test_every_difference_is_named_at_once(register: Register) -> None:
    body = sale_body(lines=[line(1, total=1), line(2, total=2)], total=9, tenders=[card(8)])
    fields = [field for field, _ in _off(register, body)]
    assert fields == ["lines[0].total", "lines[1].total", "total", "tenders"]
