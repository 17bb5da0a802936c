"""A quote writes nothing, and says what a submission then decides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import nothing_changes
from tests.world import Register, card, exchange_line, line, return_body, return_line

# What only a return that was written has.
OWN = {
    "id",
    "number",
    "status",
    "scope",
    "expires_at",
    "occurred_at",
    "trace_url",
    "appeal_reference",
}
ASKED: dict[str, dict[str, Any]] = {
    "one line": {},
    "two lines of one": {"lines": [return_line(1, "2"), return_line(1, "3", condition="damaged")]},
    "several": {"lines": [return_line(2, "0.350"), return_line(1, "6")]},
    "store credit": {"refund_to": "store_credit"},
    "exchange": {"exchange": [exchange_line("RED", "1", 100)], "refund_to": "exchange"},
    "money on top": {"exchange": [exchange_line("RED", "2", 1_000)]},
    "too much": {"lines": [return_line(1, "7")]},
    "no such line": {"lines": [return_line(9)]},
    "no such receipt": {"sale": {"receipt_number": "T-none"}},
    "clock off": {"occurred_at": "2026-01-01T00:00:00Z"},
}


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    refunds = [{**r, "id": None, "status": "", "credit_code": ""} for r in answer["refunds"]]
    return {name: value for name, value in answer.items() if name not in OWN} | {"refunds": refunds}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("case", ASKED)
def test_a_quote_says_what_is_then_decided(register: Register, case: str, complete: bool) -> None:
    register.count_stock("RED", "5")
    rows = [line(1), line(2, sku="B", quantity="0.350", unit_price=1999)]
    tenders = [card(300), {"number": 2, "kind": "cash", "amount": 1930}]
    body = return_body(register.sell(lines=rows, tenders=tenders), complete=complete)
    body |= ASKED[case]
    with nothing_changes():
        quoted = register.post("returns/quote", body, key="")
    assert (quoted.status_code, quoted.json()["status"]) == (200, "quoted")
    assert _plain(quoted.json()) == _plain(register.post("returns", body).json())


def test_a_quote_has_no_identity(register: Register) -> None:
    quoted = register.post("returns/quote", return_body(register.sell()), key="").json()
    assert [quoted[name] for name in ("id", "number", "expires_at", "trace_url")] == [None] * 4
    assert quoted["refunds"] == [
        {"id": None, "tender": 1, "kind": "cash", "gateway": "", "amount": 255, "status": "planned",
         "credit_code": ""},
    ]  # fmt: skip


def test_a_key_does_a_quote_no_harm_and_is_not_used_up(register: Register) -> None:
    body = return_body(register.sell())
    key = "0042-03-261121-0007-a1"
    with nothing_changes():
        assert register.post("returns/quote", body, key=key).status_code == 200
    assert register.post("returns", body, key=key).status_code == 201


def test_a_quote_counts_what_came_back_before(register: Register) -> None:
    sale = register.sell(lines=[line(quantity="3", unit_price=333, taxes=[], total=999)])
    register.take_back(sale, "2")
    quoted = register.post("returns/quote", return_body(sale, "1")).json()
    assert (quoted["refund_total"], quoted["decision"]) == (333, "approved")
    assert register.post("returns/quote", return_body(sale, "2")).json()["decision"] == "denied"
