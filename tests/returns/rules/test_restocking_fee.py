from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.returns.rules.made import decided, line, of_sale, ruled, said

OPENED = {"condition": "opened"}


def worth(quantity: str, currency: str = "EUR", **row: Any) -> tuple[int, int, int]:
    """Worth, fee, and what the customer gets, of some of three units for 1.00."""
    settings = {"rows": [{"condition": "opened", **row}]}
    changes = {**of_sale(currency=currency), "store_currency": currency}
    decision = decided(ruled(line(quantity, ask=OPENED), changes=changes, conditions=settings))
    assert decision.approved
    return decision.line_total, decision.fee_total, decision.refund_total


@pytest.mark.parametrize(
    ("quantity", "row", "expected"),
    [
        ("3", {"fee_percent": "15"}, (100, 15, 85)),
        ("1", {"fee_percent": "50"}, (33, 17, 16)),  # 16.5 is rounded half up
        ("2", {"fee": {"EUR": 20}}, (67, 40, 27)),
        ("3", {"fee": {"EUR": 20}, "fee_percent": "10"}, (100, 70, 30)),
        ("3", {"fee": {"EUR": 500}}, (100, 100, 0)),  # capped at what the line is worth
        ("3", {"fee": {"USD": 20}}, (100, 0, 100)),  # nothing is said of this currency
        ("0.350", {"fee": {"EUR": 100}}, (12, 12, 0)),  # by weight: 35, capped
        ("3", {}, (100, 0, 100)),
    ],
)
def test_a_part_an_amount_per_unit_or_both(quantity: str, row: Any, expected: Any) -> None:
    assert worth(quantity, **row) == expected


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_it_is_whole_minor_units_in_every_currency(currency: str) -> None:
    assert worth("1", currency, fee_percent="10", fee={currency: 1}) == (33, 4, 29)


def test_it_is_said_to_both() -> None:
    settings = {"rows": [{"condition": "opened", "fee_percent": "15"}]}
    decision = decided(ruled(line(ask=OPENED), conditions=settings))
    assert decision.lines[0].codes == ("restocking-fee",)
    assert [m.to for m in decision.messages] == ["operator", "customer"]
    assert said(ruled(line(), conditions=settings), "restocking_fee") is None


def test_recalled_goods_bear_none() -> None:
    settings = {"rows": [{"condition": "opened", "fee_percent": "15"}]}
    recalled = line("3", ask=OPENED, recalled=True)
    assert decided(ruled(recalled, conditions=settings)).refund_total == 100


def test_the_rest_of_the_line_is_worth_the_rest_whatever_was_kept_back() -> None:
    before = {"returned_quantity": Decimal(2), "refunded_minor": 67}
    settings = {"rows": [{"condition": "opened", "fee_percent": "50"}]}
    decision = decided(ruled(line("1", ask=OPENED, **before), conditions=settings))
    assert (decision.line_total, decision.fee_total) == (33, 17)
