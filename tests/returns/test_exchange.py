"""Goods against goods: even, with money back, or with money on top; and never what is not there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.returns.models import ExchangeLine
from apps.returns.services.closing import expire_due_returns
from tests.books import nothing_changes
from tests.world import (
    Register,
    buckets,
    card,
    exchange_line,
    level,
    make_item,
    make_register,
    problem,
)


@pytest.fixture
def stocked(register: Register) -> Register:
    """The register, with 10 RED on the shelf."""
    register.count_stock("RED", "10")
    return register


def _sums(answer: dict[str, Any]) -> tuple[int, int, int]:
    return answer["refund_total"], answer["exchange_total"], answer["amount_due"]


@pytest.mark.parametrize(
    ("price", "sums", "refunds"),
    [
        (255, (0, 510, 0), []),
        (200, (110, 400, 0), [("cash", 110)]),
        (300, (0, 600, 90), []),
        (0, (510, 0, 0), [("cash", 510)]),
    ],
)
def test_goods_pay_for_goods(
    stocked: Register, price: int, sums: tuple[int, int, int], refunds: list[Any]
) -> None:
    answer = stocked.take_back(
        stocked.sell(), "2", exchange=[exchange_line("RED", "2", price)]
    ).json()
    assert answer["status"] == "completed"
    assert _sums(answer) == sums
    assert [(r["kind"], r["amount"]) for r in answer["refunds"]] == refunds
    assert answer["exchange"] == [
        {"number": 1, "sku": "RED", "quantity": "2", "unit_price": price, "total": 2 * price}
    ]
    assert (buckets("RED"), buckets("85123A")) == ({"sellable": 8}, {"sellable": -4})


@pytest.mark.parametrize(
    ("refund_to", "kind"), [("original", "card"), ("exchange", "store_credit")]
)
def test_the_rest_goes_where_it_is_wanted(stocked: Register, refund_to: str, kind: str) -> None:
    sale = stocked.sell(tenders=[card(1530)])
    answer = stocked.take_back(
        sale, "2", exchange=[exchange_line("RED", "1", 200)], refund_to=refund_to
    ).json()
    assert [(r["kind"], r["amount"]) for r in answer["refunds"]] == [(kind, 310)]


def test_goods_are_held_with_the_decision_and_leave_with_the_completion(
    stocked: Register,
) -> None:
    authorized = stocked.authorize(
        stocked.sell(), "2", exchange=[exchange_line("RED", "2"), exchange_line("RED", "1")]
    )
    assert (level("RED").on_hand, level("RED").reserved) == (10, 3)
    assert list(ExchangeLine.objects.values_list("reserved", flat=True)) == [True, True]
    answer = stocked.complete(authorized).json()
    assert (level("RED").on_hand, level("RED").reserved) == (7, 0)
    assert list(ExchangeLine.objects.values_list("reserved", flat=True)) == [False, False]
    assert _sums(answer) == (0, 765, 255)


def test_goods_that_are_held_are_not_given_to_another(stocked: Register) -> None:
    stocked.authorize(stocked.sell(), exchange=[exchange_line("RED", "7")])
    answer = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED", "4")]).json()
    assert answer["lines"][0]["codes"] == ["exchange-out-of-stock"]
    answer = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED", "3")]).json()
    assert answer["decision"] == "approved"


def test_a_void_gives_held_goods_to_the_next(stocked: Register) -> None:
    authorized = stocked.authorize(stocked.sell(), exchange=[exchange_line("RED", "10")])
    stocked.void(authorized)
    assert level("RED").reserved == 0
    answer = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED", "10")]).json()
    assert answer["decision"] == "approved"
    assert level("RED").on_hand == 0


def test_fewer_goods_come_and_more_is_to_be_paid(stocked: Register) -> None:
    authorized = stocked.authorize(stocked.sell(), "3", exchange=[exchange_line("RED", "2", 300)])
    assert _sums(authorized) == (165, 600, 0)
    answer = stocked.complete(authorized, {"number": 1, "quantity": "2"}).json()
    assert _sums(answer) == (0, 600, 90)
    assert [(r["amount"], r["status"]) for r in answer["refunds"]] == [(165, "cancelled")]
    assert buckets("RED") == {"sellable": 8}


def test_the_same_product_comes_and_goes(stocked: Register) -> None:
    stocked.count_stock("85123A", "5")
    sale = stocked.sell()
    stocked.count_stock("85123A", "1")
    answer = stocked.take_back(sale, "1", condition="damaged", exchange=[exchange_line("85123A")])
    problem(answer, 400, "invalid-request")
    damaged = [{"sale_line": 1, "quantity": "1", "reason": "damaged"}]
    answer = stocked.take_back(sale, lines=damaged, exchange=[exchange_line("85123A")]).json()
    assert _sums(answer) == (0, 255, 0)
    row = level("85123A")
    assert (row.on_hand, row.damaged) == (0, 1)


def test_nothing_below_zero_is_given_away(register: Register) -> None:
    sale = register.sell()
    assert level("85123A").on_hand == -6
    answer = register.take_back(sale, exchange=[exchange_line("85123A")]).json()
    assert answer["lines"][0]["codes"] == ["exchange-out-of-stock"]


def test_a_quote_holds_nothing(stocked: Register) -> None:
    sale = stocked.sell()
    body = {
        "sale": {"receipt_number": sale["receipt_number"]},
        "lines": [{"sale_line": 1, "quantity": "2"}],
        "exchange": [exchange_line("RED", "2", 300)],
    }
    with nothing_changes():
        answer = stocked.post("returns/quote", body).json()
    assert (_sums(answer), level("RED").reserved) == ((0, 600, 90), 0)


def test_a_return_that_expires_lets_its_goods_go(stocked: Register) -> None:
    stocked.authorize(stocked.sell(), "2", exchange=[exchange_line("RED", "2", 300)])
    assert expire_due_returns(now=timezone.now() + timedelta(days=2)) == 1
    assert (level("RED").on_hand, level("RED").reserved) == (10, 0)


def test_another_shops_goods_are_exchanged_for_those_of_this_one(stocked: Register) -> None:
    sale = stocked.sell(tenders=[card(1530)])
    other = make_register(store="0007")
    asked: Any = {"complete": False, "exchange": [exchange_line("RED", "1", 100)]}
    answer = other.take_back(sale, **asked).json()
    assert answer["lines"][0]["codes"] == ["exchange-not-stocked"]
    other.count_stock("RED", "4")
    authorized = other.take_back(sale, **asked).json()
    assert (level("RED").reserved, level("RED", "0007").reserved) == (0, 1)
    assert _sums(other.complete(authorized).json()) == (155, 100, 0)
    assert (buckets("RED"), buckets("RED", "0007")) == ({"sellable": 10}, {"sellable": 3})
    assert buckets("85123A", "0007") == {"sellable": 1}


def test_recalled_goods_are_not_handed_out(stocked: Register) -> None:
    make_item("RED", recalled=True)
    answer = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED")]).json()
    assert answer["lines"][0]["codes"] == ["exchange-recalled"]
    assert level("RED").reserved == 0


def test_recalled_goods_come_in_for_goods_that_are_well(stocked: Register) -> None:
    sale = stocked.sell()
    make_item("85123A", recalled=True)
    answer = stocked.take_back(sale, "2", exchange=[exchange_line("RED", "2", 255)]).json()
    assert (_sums(answer), answer["lines"][0]["disposition"]) == ((0, 510, 0), "quarantine")


def test_goods_by_weight_are_exchanged_to_the_cent(stocked: Register) -> None:
    answer = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED", "0.350", 333)]).json()
    assert _sums(answer) == (138, 117, 0)
    assert buckets("RED") == {"sellable": Decimal("9.650")}


def test_a_completed_exchange_of_which_no_money_went_back_is_undone(stocked: Register) -> None:
    done = stocked.take_back(stocked.sell(), exchange=[exchange_line("RED", "1", 255)]).json()
    assert stocked.void(done).json()["status"] == "voided"
    assert (buckets("RED"), buckets("85123A")) == ({"sellable": 10}, {"sellable": -6})
