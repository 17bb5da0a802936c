"""Real threads on a real PostgreSQL: whoever is first gets it, and nobody gets it twice."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection

from apps.insights.services.checking import check_invariants
from apps.inventory.models import StockLevel
from apps.returns.models import CustomerReturn
from apps.sales.models import SaleLine, SaleTender
from tests.threads import insist, together
from tests.world import (
    Register,
    card,
    exchange_line,
    level,
    line,
    make_register,
    return_body,
    return_line,
    sale_body,
)

pytestmark = pytest.mark.django_db(transaction=True)


def _all_at_once(register: Register, bodies: list[dict[str, Any]], path: str = "returns") -> Any:
    """Each body by its own thread of the register, each under its own key; the answers."""

    def send(till: Register, number: int, body: dict[str, Any]) -> Any:
        key = f"0042-03-261121-{number:06d}"
        return insist(lambda: till.post(path, body, key=key)).json()

    return together([partial(send, register.alone(), n, b) for n, b in enumerate(bodies)])


def _books_agree() -> None:
    with connection.cursor() as cursor:
        assert [r for r in check_invariants(cursor) if r.violations] == []


def test_100_returns_of_the_last_unit_are_one_approved_and_99_denied() -> None:
    register = make_register()
    sale = register.sell(lines=[line(quantity="1", unit_price=999)])
    answers = _all_at_once(register, [return_body(sale, "1")] * 100)
    assert sorted(a["decision"] for a in answers) == ["approved", *["denied"] * 99]
    codes = [a["lines"][0]["codes"] for a in answers if a["decision"] == "denied"]
    assert codes == [["quantity-exceeded"]] * 99
    sold, tender = SaleLine.objects.get(), SaleTender.objects.get()
    assert (sold.returned_quantity, sold.refunded_minor, tender.refunded_minor) == (
        Decimal(1), 999, 999,
    )  # fmt: skip
    assert CustomerReturn.objects.count() == 100
    _books_agree()


def test_returns_from_20_registers_take_each_unit_once() -> None:
    registers = [make_register(number=f"{n:02d}") for n in range(20)]
    sale = registers[0].sell(lines=[line(quantity="7", unit_price=100, taxes=[])])
    asks = [partial(insist, partial(r.take_back, sale, "1")) for r in registers]
    answers = [answer.json() for answer in together(asks)]
    assert sum(a["refund_total"] for a in answers) == 700
    assert sorted(a["decision"] for a in answers) == ["approved"] * 7 + ["denied"] * 13
    assert SaleLine.objects.get().returned_quantity == 7
    _books_agree()


def test_two_returns_of_different_lines_never_exceed_the_tender() -> None:
    register = make_register()
    lines = [line(n, sku=f"S{n}", quantity="1", unit_price=1000, taxes=[]) for n in range(1, 11)]
    tenders = [card(4_500), {"number": 2, "kind": "cash", "amount": 5_500}]
    sale = register.sell(lines=lines, tenders=tenders)
    bodies = [return_body(sale, lines=[return_line(n)]) for n in range(1, 11)]
    answers = _all_at_once(register, bodies)
    assert [a["refund_total"] for a in answers] == [1000] * 10
    back = SaleTender.objects.order_by("number").values_list("pending_minor", "refunded_minor")
    assert list(back) == [(4_500, 0), (0, 5_500)]
    _books_agree()


def test_concurrent_sales_leave_the_level_as_the_sum_of_the_movements() -> None:
    registers = [make_register(number=f"{n:02d}") for n in range(20)]
    skus = ["A", "B", "C", "D"]

    def sell_some(register: Register, turn: int) -> None:
        order = skus[turn % 4 :] + skus[: turn % 4]
        lines = [line(n, sku=sku, quantity="1") for n, sku in enumerate(order, 1)]
        for _ in range(2):
            insist(lambda: register.post("sales", sale_body(lines=lines)))

    together([partial(sell_some, r, n) for n, r in enumerate(registers)])
    assert list(StockLevel.objects.values_list("on_hand", flat=True)) == [-40] * 4
    _books_agree()


def test_the_last_exchange_goods_are_given_once() -> None:
    register = make_register()
    register.count_stock("RED", "3")
    sales = [register.sell() for _ in range(15)]
    asks = [return_body(s, exchange=[exchange_line("RED")], complete=False) for s in sales]
    answers = _all_at_once(register, asks)
    assert sorted(a["status"] for a in answers) == ["authorized"] * 3 + ["denied"] * 12
    assert (level("RED").on_hand, level("RED").reserved) == (3, 3)
    _books_agree()


def test_completed_by_one_of_ten_at_once() -> None:
    register = make_register()
    authorized = register.authorize(register.sell(), "2")
    path = f"returns/{authorized['id']}/complete"
    answers = _all_at_once(register, [{}] * 10, path)
    assert [a["status"] for a in answers].count("completed") == 1
    assert [a.get("code") for a in answers].count("return-not-authorized") == 9
    assert SaleTender.objects.get().refunded_minor == 510
    _books_agree()


def test_completed_or_voided_but_never_both() -> None:
    register = make_register()
    returns = [register.authorize(register.sell()) for _ in range(8)]
    completing = [partial(insist, partial(register.alone().complete, one)) for one in returns]
    voiding = [partial(insist, partial(register.alone().void, one)) for one in returns]
    ends = [answer.status_code for answer in together([*completing, *voiding])]
    assert [{a, b} for a, b in zip(ends[:8], ends[8:], strict=True)] == [{200, 409}] * 8
    _books_agree()
