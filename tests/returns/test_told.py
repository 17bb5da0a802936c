"""What other systems hear of a return is enough to book it: taxes by code, exchange goods, what is due."""

from __future__ import annotations

from typing import Any

from apps.events.models import Event
from tests.world import Register, card, exchange_line, line, return_line

BOTH = [
    {"code": "STATE", "rate": "0.04", "inclusive": True, "amount": 60},
    {"code": "CITY", "rate": "0.02", "inclusive": True, "amount": 30},
]


def told(type_: str) -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.get(type=f"return.{type_}").data
    return data


def taxes(data: dict[str, Any]) -> list[Any]:
    return [[(tax["code"], tax["amount"]) for tax in one["taxes"]] for one in data["lines"]]


def test_each_tax_of_each_line_by_its_code(register: Register) -> None:
    sale = register.sell(lines=[line(taxes=BOTH), line(2, sku="MUG")])

    register.take_back(sale, lines=[return_line(1, "2"), return_line(2)])

    assert taxes(told("completed")) == [[("STATE", 20), ("CITY", 10)], [("VAT-S", 43)]]
    assert [one["tax"] for one in told("completed")["lines"]] == [30, 43]
    assert told("completed")["completed"] is True


def test_the_same_when_the_goods_come_later_and_fewer(register: Register) -> None:
    authorized = register.authorize(register.sell(lines=[line(taxes=BOTH)]), "4")

    register.complete(authorized, {"number": 1, "quantity": "2"})

    assert taxes(told("authorized")) == [[("STATE", 40), ("CITY", 20)]]
    assert taxes(told("completed")) == [[("STATE", 20), ("CITY", 10)]]
    assert (told("authorized")["completed"], told("completed")["completed"]) == (False, True)


def test_exchange_goods_and_what_the_customer_pays_on_top(register: Register) -> None:
    register.count_stock("RED", "3")

    register.take_back(register.sell(), "2", exchange=[exchange_line("RED", "2", 300)])

    data = told("completed")
    assert (data["refund_total"], data["exchange_total"], data["amount_due"]) == (0, 600, 90)
    assert data["exchange"] == [
        {"number": 1, "sku": "RED", "quantity": "2", "unit_price": 300, "total": 600}
    ]
    assert (data["fee_total"], data["lines"][0]["fee"]) == (0, 0)


def test_a_void_says_whether_the_goods_had_come(register: Register) -> None:
    sale = register.sell(tenders=[card(1530)])

    register.void(register.authorize(sale))
    register.void(register.take_back(sale).json())

    voided = Event.objects.filter(type="return.voided").order_by("recorded_at")
    assert [event.data["completed"] for event in voided] == [False, True]
    assert [taxes(event.data) for event in voided] == [[[("VAT-S", 43)]]] * 2
