"""Restocking fees are rows of their own: capped, kept by one shop, and smaller when fewer goods come."""

from __future__ import annotations

from typing import Any

import pytest

from apps.returns.models import CustomerReturn, ReturnAdjustment
from tests.world import Register, make_register, publish_policy, return_line

OPENED = [return_line(1, "2", condition="opened")]


@pytest.fixture
def fees() -> None:
    """15 % of opened goods, kept by the shop that sold them."""
    publish_policy(
        rules={
            "conditions": {"rows": [{"condition": "opened", "fee_percent": "15"}]},
            "refunds": {"fees_kept_by": "selling"},
        }
    )


def sums(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("refund_total", "fee_total", "fees_kept_by")}


def rows() -> list[tuple[Any, ...]]:
    """(kind, line, amount, reason) of each adjustment."""
    found = ReturnAdjustment.objects.order_by("customer_return__received_at", "line_number", "pk")
    return list(found.values_list("kind", "line_number", "amount_minor", "reason"))


def test_a_fee_is_a_row_and_its_shop_is_named(register: Register, fees: None) -> None:
    answer = register.take_back(register.sell(), lines=OPENED).json()
    assert sums(answer) == {"refund_total": 433, "fee_total": 77, "fees_kept_by": "0042"}
    assert (answer["lines"][0]["refund"], answer["lines"][0]["fee"]) == (510, 77)
    assert rows() == [("fee", 1, -77, "opened")]


def test_another_shops_goods_bear_a_fee_of_that_shop(register: Register, fees: None) -> None:
    sale = register.sell()
    other = make_register(store="0007")
    assert sums(other.take_back(sale, lines=OPENED).json())["fees_kept_by"] == "0042"


def test_fewer_goods_bear_a_smaller_fee(register: Register, fees: None) -> None:
    authorized = register.authorize(register.sell(), lines=OPENED)
    answer = register.complete(authorized, {"number": 1, "quantity": "1"}).json()
    assert sums(answer) == {"refund_total": 216, "fee_total": 39, "fees_kept_by": "0042"}
    assert rows() == [("fee", 1, -39, "opened")]


def test_no_fee_no_row(register: Register, fees: None) -> None:
    answer = register.take_back(register.sell()).json()
    assert sums(answer) == {"refund_total": 255, "fee_total": 0, "fees_kept_by": ""}
    assert rows() == []


def test_a_fee_may_leave_nothing_and_goods_to_take_instead(register: Register) -> None:
    publish_policy(rules={"conditions": {"rows": [{"condition": "opened", "fee": {"EUR": 9_999}}]}})
    register.count_stock("RED", "9")
    exchange = [{"sku": "RED", "quantity": "1", "unit_price": 100}]
    answer = register.take_back(register.sell(), lines=OPENED, exchange=exchange).json()
    assert (answer["refund_total"], answer["fee_total"], answer["amount_due"]) == (0, 510, 100)


def test_an_undone_return_keeps_what_it_had_announced(register: Register, fees: None) -> None:
    authorized = register.authorize(register.sell(), lines=OPENED)
    assert sums(register.void(authorized).json())["fee_total"] == 77
    assert rows() == [("fee", 1, -77, "opened")]
    assert CustomerReturn.objects.get().fee_total_minor == 77
