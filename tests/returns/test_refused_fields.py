"""What a field of a return may be, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import nothing_changes
from tests.sales.test_refused_fields import (
    NOT_A_LIST,
    NOT_FLAG,
    NOT_INSTANT,
    NOT_MINOR,
    NOT_QUANTITY,
    NOT_TEXT,
)
from tests.world import REMOVED, Register, changed, exchange_line, problem, return_body, return_line

CASES = [
    *(("sale.receipt_number", *case) for case in NOT_TEXT),
    *(("lines[0].quantity", *case) for case in NOT_QUANTITY),
    *(("lines[0].sale_line", v, "wrong-type") for v in ("1", 1.0, True, [1])),
    *(("lines[0].sale_line", v, "out-of-range") for v in (0, -1, 2**31, 10**300)),
    *(("lines[0].reason", v, "wrong-type") for v in (1, ["defective"])),
    ("lines[0].reason", "x" * 33, "too-long"),
    ("lines[0].condition", None, "null"),
    *(("exchange[0].unit_price", *case) for case in NOT_MINOR),
    *(("exchange[0].quantity", *case) for case in NOT_QUANTITY),
    *(("refund_to", v, "wrong-type") for v in ("cash", "Original", "", 1)),
    *(("occurred_at", *case) for case in NOT_INSTANT),
    *(("complete", *case) for case in NOT_FLAG),
    *(("lines", *case) for case in NOT_A_LIST),
    ("lines", [], "min-length"),
    ("lines", [return_line()] * 501, "max-length"),
    ("exchange", [exchange_line("A")] * 501, "max-length"),
    ("sale", "T-1", "invalid"),
    ("sale", None, "null"),
    ("sale", {}, "sale-not-named"),
    ("sale", {"store": "0042", "terminal": "03"}, "sale-not-named"),
    ("sale", {"receipt_number": "T-1", "store": "0042"}, "sale-not-named"),
    ("lines[0]", {"quantity": "1"}, "line-not-named"),
    ("exchange[0]", exchange_line("A", "2", 500_000_000_001), "out-of-range"),
    ("exchange[0]", exchange_line("A", "999999999.999", 10**12), "out-of-range"),
]
UNKNOWN = ["refund", "sale.receipt", "lines[0].price", "exchange[0].price", "Complete"]
NEEDED = [
    "lines", "lines[0].quantity", "exchange[0].sku", "exchange[0].quantity", "exchange[0].unit_price",
]  # fmt: skip


def _refused(register: Register, path: str, body: Any, field: str, code: str) -> None:
    with nothing_changes():
        document = problem(register.post(path, body), 400, "invalid-request")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(field, code)]


def _body() -> dict[str, Any]:
    return return_body({"receipt_number": "T-1"}, exchange=[exchange_line("A")])


@pytest.mark.parametrize("field", sorted({case[0] for case in CASES}))
def test_a_value_of_another_kind_is_refused(register: Register, field: str) -> None:
    place = {"sale-not-named": "sale", "line-not-named": "lines[0]"}
    for _, value, code in [case for case in CASES if case[0] == field]:
        named = place.get(code, field)
        _refused(register, "returns", changed(_body(), field, value), named, code)


@pytest.mark.parametrize("path", ["returns", "returns/quote"])
@pytest.mark.parametrize("field", UNKNOWN)
def test_an_unknown_field_is_refused(register: Register, field: str, path: str) -> None:
    _refused(register, path, changed(_body(), field, "x"), field, "unknown-field")


@pytest.mark.parametrize("path", ["returns", "returns/quote"])
@pytest.mark.parametrize("field", NEEDED)
def test_a_missing_field_is_refused(register: Register, field: str, path: str) -> None:
    _refused(register, path, changed(_body(), field, REMOVED), field, "required")


@pytest.mark.parametrize("path", ["returns", "returns/quote"])
@pytest.mark.parametrize("field", ["reason", "condition"])
def test_an_unknown_reason_or_condition_is_refused(
    register: Register, field: str, path: str
) -> None:
    lines = [return_line(1), return_line(1, **{field: "moth_eaten"})]
    body = return_body(register.sell(), lines=lines)
    _refused(register, path, body, f"lines[1].{field}", "unknown-code")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("lines", [{"number": 0}], "out-of-range"),
        ("lines", [{"number": "1"}], "wrong-type"),
        ("lines", [{"quantity": "1"}], "required"),
        ("lines", [{"number": 1, "quantity": 1}], "wrong-type"),
        ("lines", [{"number": 1, "quantity": "-1"}], "wrong-type"),
        ("lines", [{"number": 1, "disposition": "bin"}], "wrong-type"),
        ("lines", [{"number": 1, "sku": "A"}], "unknown-field"),
        ("lines", [{"number": 1}, {"number": 1}], "repeated-number"),
        ("operator", 1042, "wrong-type"),
        ("goods", [], "unknown-field"),
    ],
)
def test_a_completion_that_is_none_is_refused(
    register: Register, field: str, value: Any, code: str
) -> None:
    authorized = register.authorize(register.sell())
    with nothing_changes():
        response = register.post(f"returns/{authorized['id']}/complete", {field: value})
    document = problem(response, 400, "invalid-request")
    assert [e["code"] for e in document["errors"]] == [code]
    assert document["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize(
    "body", [{"reason": 1}, {"reason": "x" * 201}, {"reason": None}, {"why": "x"}]
)
def test_a_void_that_is_none_is_refused(register: Register, body: dict[str, Any]) -> None:
    authorized = register.authorize(register.sell())
    with nothing_changes():
        response = register.post(f"returns/{authorized['id']}/void", body)
        problem(response, 400, "invalid-request")


@pytest.mark.parametrize(
    "query",
    [
        {"status": "open"},
        {"status": ""},
        {"since": "yesterday"},
        {"since": "2026-11-20T10:00:00"},
        {"page": "2"},
    ],
)
def test_a_list_that_cannot_be_is_refused(register: Register, query: dict[str, str]) -> None:
    problem(register.get("returns", **query), 400, "invalid-request")
