"""What a field of a sale may be, and what it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.books import nothing_changes
from tests.world import REMOVED, Register, changed, line, problem, sale_body

NOT_TEXT: list[tuple[Any, str]] = [
    (42, "wrong-type"),
    (True, "wrong-type"),
    (["a"], "wrong-type"),
    ({"a": 1}, "wrong-type"),
    (None, "null"),
    ("", "blank"),
    (" \t", "blank"),
    ("x" * 65, "too-long"),
    ("bell\u0007", "wrong-type"),
]
NOT_INT: list[tuple[Any, str]] = [
    ("1187", "wrong-type"),
    (1187.0, "wrong-type"),
    (1.5, "wrong-type"),
    (True, "wrong-type"),
    (None, "null"),
    (-1, "out-of-range"),
    (2**53 + 1, "out-of-range"),
    (10**400, "out-of-range"),
]
NOT_MINOR: list[tuple[Any, str]] = [
    ("1530", "wrong-type"),
    ("15.30", "wrong-type"),
    (15.3, "wrong-type"),
    (1530.0, "wrong-type"),
    (False, "wrong-type"),
    (-1, "out-of-range"),
    (10**12 + 1, "out-of-range"),
]
NOT_QUANTITY: list[tuple[Any, str]] = [
    (value, "wrong-type")
    for value in (
        6, 0.35, True, "0", "0.000", "-1", "+1", "1.2345", "1e3", "01", ".5", "5.", "", " 1", "1,5",
        "1000000000", "NaN", "Infinity", "\u0663", ["1"],
    )
]  # fmt: skip
NOT_INSTANT: list[tuple[Any, str]] = [
    (value, "wrong-type")
    for value in (
        "2026-11-20T16:41:09", "2026-11-20 16:41:09+01:00", "2026-11-20", "2026-02-30T00:00:00Z",
        "2026-11-20T24:01:00Z", "2026-11-20T16:41:60Z", "2026-11-20T16:41:09+0100", "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "now", "",
        1763653269, 1763653269.5, True,
    )
]  # fmt: skip
NOT_DAY: list[tuple[Any, str]] = [
    (value, "wrong-type")
    for value in (
        "2026-02-30", "20261120", "2026-11-20T00:00:00Z", "20.11.2026", "1969-12-31", "2200-01-01", "",
        20261120,
    )
]  # fmt: skip
NO_FLAGS: list[Any] = ["true", 1, 0, "", []]
NOT_FLAG = [(value, "wrong-type") for value in NO_FLAGS]
NOT_RATE: list[tuple[Any, str]] = [
    (v, "wrong-type") for v in (0.2, 1, "-0.2", "20%", "0.1234567", "10000", "1e-1", "")
]
NOT_A_LIST: list[tuple[Any, str]] = [({}, "not-a-list"), ("x", "not-a-list"), (None, "null")]
CASES = [
    *(("receipt_number", *case) for case in NOT_TEXT),
    *(("lines[0].sku", *case) for case in NOT_TEXT),
    *(("sequence_number", *case) for case in NOT_INT),
    ("lines[0].line_number", 0, "out-of-range"),
    ("lines[0].line_number", 2**31, "out-of-range"),
    *(("total", *case) for case in NOT_MINOR),
    *(("lines[0].unit_price", *case) for case in NOT_MINOR),
    *(("lines[0].taxes[0].amount", *case) for case in NOT_MINOR),
    *(("tenders[0].amount", *case) for case in NOT_MINOR),
    *(("lines[0].quantity", *case) for case in NOT_QUANTITY),
    *(("sold_at", *case) for case in NOT_INSTANT),
    *(("business_date", *case) for case in NOT_DAY),
    *(("training", *case) for case in NOT_FLAG),
    *(("lines[0].taxes[0].inclusive", *case) for case in NOT_FLAG),
    *(("lines[0].taxes[0].rate", *case) for case in NOT_RATE),
    *(("currency", v, "wrong-type") for v in ("eur", "XXX", "EURO", "", 978)),
    *(("channel", v, "wrong-type") for v in ("shop", "STORE", "", 1)),
    *(("tenders[0].kind", v, "wrong-type") for v in ("shells", "Cash", "", 1)),
    *(("lines", *case) for case in NOT_A_LIST),
    *(("tenders", *case) for case in NOT_A_LIST),
    *(("lines[0].taxes", *case) for case in NOT_A_LIST),
    ("lines[0]", 5, "invalid"),
    ("lines[0]", None, "null"),
    ("lines", [], "min-length"),
    ("tenders[0].last4", "42424", "too-long"),
]
UNKNOWN = ["paid", "lines[0].price", "lines[0].taxes[0].name", "tenders[0].pan", "Total"]
NEEDED = [
    "terminal", "business_date", "sequence_number", "receipt_number", "sold_at", "currency", "lines", "total",
    "lines[0].line_number", "lines[0].sku", "lines[0].quantity", "lines[0].unit_price", "lines[0].total",
    "lines[0].taxes[0].code", "lines[0].taxes[0].rate", "lines[0].taxes[0].amount",
    "tenders[0].number", "tenders[0].kind", "tenders[0].amount",
]  # fmt: skip


def _refused(register: Register, body: dict[str, Any], field: str, code: str) -> None:
    with nothing_changes():
        document = problem(register.post("sales", body), 400, "invalid-request")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(field, code)]


@pytest.mark.parametrize("field", sorted({case[0] for case in CASES}))
def test_a_value_of_another_kind_is_refused(register: Register, field: str) -> None:
    for _, value, code in [case for case in CASES if case[0] == field]:
        _refused(register, changed(sale_body(), field, value), field, code)


@pytest.mark.parametrize("field", UNKNOWN)
def test_an_unknown_field_is_refused(register: Register, field: str) -> None:
    _refused(register, changed(sale_body(), field, "x"), field, "unknown-field")


@pytest.mark.parametrize("field", NEEDED)
def test_a_missing_field_is_refused(register: Register, field: str) -> None:
    _refused(register, changed(sale_body(), field, REMOVED), field, "required")


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        ("lines", [line(n) for n in range(1, 2_002)]),
        ("tenders", [{"number": n, "kind": "cash", "amount": 0} for n in range(1, 22)]),
        ("discounts", [{"code": "A", "amount": 0}] * 51),
    ],
)
def test_too_many_rows_are_refused(register: Register, field: str, rows: list[Any]) -> None:
    _refused(register, changed(sale_body(), field, rows), field, "max-length")


@pytest.mark.parametrize("body", [{}, {"sales": []}, {"sales": [{}] * 501}, {"sales": {}}])
def test_a_batch_that_is_none_is_refused(register: Register, body: dict[str, Any]) -> None:
    with nothing_changes():
        document = problem(register.post("sales/batch", body), 400, "invalid-request")
    assert [e["field"] for e in document["errors"]] == ["sales"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sold_at", "1970-01-01T00:00:00+14:00"),
        ("sold_at", "2199-12-31T23:59:59.123456789-14:00"),
        ("sold_at", "2026-11-20t16:41:09z"),
        ("business_date", "1970-01-01"),
        ("business_date", "2199-12-31"),
        ("sequence_number", 2**53),
        ("sequence_number", 0),
        ("receipt_number", "Ünïcödé-☕-1"),
        ("receipt_number", "x" * 64),
        ("operator", ""),
        ("tenders[0].last4", "0042"),
        ("lines[0].taxes[0].rate", "9999.999999"),
    ],
)
def test_the_outermost_values_are_taken(register: Register, field: str, value: Any) -> None:
    body = changed(sale_body(), field, value)
    assert register.post("sales", body).status_code == 201
    assert register.get(f"sales/{body['receipt_number']}").status_code == 200


def test_the_largest_amounts_are_taken(register: Register) -> None:
    row = line(quantity="1", unit_price=10**12)
    register.sell(lines=[row])
    row = line(quantity="999999999.999", unit_price=1, taxes=[], total=10**9)
    register.sell(lines=[row])


def test_floats_are_refused_before_they_are_compared(register: Register) -> None:
    raw = json.dumps(sale_body()).replace('"total": 1530', '"total": 1530.0').encode()
    with nothing_changes():
        problem(register.send("sales", raw), 400, "invalid-request")
