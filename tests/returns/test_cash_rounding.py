"""Coins: what goes back in cash is rounded once, as the sale was, and adds up to what was paid."""

from __future__ import annotations

from typing import Any

import pytest

from apps.returns.models import ReturnAdjustment
from apps.sales.models import SaleTender
from apps.stores.models import Store
from tests.world import Register, card, exchange_line, line, publish_policy, return_body

NICKEL = {"increment": 5, "mode": "half_up"}
Answer = dict[str, Any]


def cash(amount: int, rounding: int = 0, number: int = 1) -> dict[str, Any]:
    return {"number": number, "kind": "cash", "amount": amount, "rounding": rounding}


def sell(register: Register, *tenders: Any, units: int = 2, price: int = 351, **more: Any) -> Any:
    """7.02 paid with 7.00 in coins, unless said otherwise."""
    lines = [line(quantity=str(units), unit_price=price)]
    changes = {"cash_rounding": NICKEL, **more}
    return register.sell(lines=lines, tenders=list(tenders) or [cash(700, -2)], **changes)


def back(answer: Answer) -> tuple[int, int, list[tuple[str, int]]]:
    """Money back, its rounding, and each refund that counts."""
    refunds = [(r["kind"], r["amount"]) for r in answer["refunds"] if r["status"] != "cancelled"]
    return answer["refund_total"], answer["rounding"], refunds


def rows() -> list[tuple[Any, ...]]:
    found = ReturnAdjustment.objects.filter(kind="rounding").order_by("pk")
    return list(found.values_list("amount_minor", "sale_tender__number"))


def test_a_full_return_gives_back_the_coins_that_were_paid(register: Register) -> None:
    answer = register.take_back(sell(register), "2").json()
    assert back(answer) == (700, -2, [("cash", 700)])
    assert answer["lines"][0]["refund"] == 702
    assert rows() == [(-2, 1)]


@pytest.mark.parametrize(
    ("paid", "units", "price", "parts"),
    [
        (cash(700, -2), 2, 351, [350, 350]),
        (cash(705, 2), 3, 234, [235, 235, 235]),  # 7.02, 7.03 would be 7.05; here rounded up
        (cash(310, 1), 3, 103, [105, 100, 105]),
        (cash(10, 1), 3, 3, [5, 0, 5]),
    ],
)
def test_parts_are_coins_and_add_up(
    register: Register, paid: Any, units: int, price: int, parts: list[int]
) -> None:
    mode = {"increment": 5, "mode": "up"} if paid["amount"] == 705 else NICKEL
    if paid["amount"] == 705:
        paid = {**paid, "rounding": 3}
    sale = sell(register, paid, units=units, price=price, cash_rounding=mode)
    given = [register.take_back(sale).json()["refund_total"] for _ in range(units)]
    assert (given, sum(given)) == (parts, paid["amount"])


def test_only_the_cash_of_several_tenders_is_rounded(register: Register) -> None:
    sale = sell(register, card(300), cash(400, -2, number=2))
    assert back(register.take_back(sale).json()) == (
        350, -1, [("card", 300), ("cash", 50)],
    )  # fmt: skip
    assert back(register.take_back(sale).json()) == (350, -1, [("cash", 350)])


def test_a_sale_that_says_nothing_is_rounded_as_the_shop_does(register: Register) -> None:
    Store.objects.update(cash_increment_minor=10, cash_mode="down")
    sale = sell(register, cash(702), cash_rounding={"increment": 1})
    other = sell(register, cash(702), cash_rounding={"increment": 5})
    old = register.sell(lines=[line(quantity="2", unit_price=351)], tenders=[cash(702)])
    found = [back(register.take_back(one).json())[:2] for one in (sale, other, old)]
    assert found == [(351, 0), (350, -1), (350, -1)]
    assert back(register.take_back(old).json()) == (352, 1, [("cash", 352)])


def test_less_than_a_coin_is_none(register: Register) -> None:
    sale = sell(register, cash(5, 1), units=4, price=1)
    assert back(register.take_back(sale).json()) == (0, -1, [])
    assert back(register.take_back(sale, "3").json()) == (5, 2, [("cash", 5)])


def test_what_was_let_go_is_rounded_anew(register: Register) -> None:
    sale = sell(register)
    register.void(register.authorize(sale))
    assert SaleTender.objects.get().refund_rounding_minor == 0
    assert back(register.take_back(sale, "2").json()) == (700, -2, [("cash", 700)])


def test_fewer_goods_are_rounded_anew(register: Register) -> None:
    authorized = register.authorize(sell(register), "2")
    assert back(authorized) == (700, -2, [("cash", 700)])
    answer = register.complete(authorized, {"number": 1, "quantity": "1"}).json()
    assert back(answer) == (350, -1, [("cash", 350)])
    assert rows() == [(-1, 1)]


def test_a_quote_says_the_same(register: Register) -> None:
    body = return_body(sell(register), "1")
    assert back(register.post("returns/quote", body).json()) == (350, -1, [("cash", 350)])


def test_what_is_left_after_an_exchange_is_rounded(register: Register) -> None:
    register.count_stock("RED", "5")
    answer = register.take_back(sell(register), exchange=[exchange_line("RED", "1", 198)]).json()
    assert back(answer) == (155, 2, [("cash", 155)])


def test_what_the_customer_pays_on_top_is_not_ours_to_round(register: Register) -> None:
    register.count_stock("RED", "5")
    answer = register.take_back(sell(register), exchange=[exchange_line("RED", "1", 398)]).json()
    assert (answer["amount_due"], *back(answer)) == (47, 0, 0, [])


ABSENT = {**card(702), "needs_card_present": True, "card_fingerprint": "fp-1"}


@pytest.mark.parametrize(
    ("shown", "limit", "found"),
    [
        ("fp-1", 999, (351, 0, [("card", 351)])),
        ("fp-2", 999, (350, -1, [("cash", 350)])),
        ("", 300, (351, 0, [("store_credit", 351)])),
    ],
)
def test_a_card_that_must_be_there(register: Register, shown: str, limit: int, found: Any) -> None:
    """To the card that is shown; else as the policy says: cash up to a limit, or store credit."""
    publish_policy(rules={"refunds": {"cash_instead": {"EUR": limit}}})
    sale = sell(register, ABSENT)
    authorized = register.authorize(sale, "2", card_fingerprint=shown)
    answer = register.complete(authorized, {"number": 1, "quantity": "1"}).json()
    assert back(answer) == found


@pytest.mark.parametrize(
    ("strategy", "found"),
    [
        ("original_order", [("card", 300), ("cash", 50)]),
        ("ratio", [("card", 150), ("cash", 200)]),
        ("fewest_tenders", [("cash", 350)]),
    ],
)
def test_the_policy_says_which_tenders(register: Register, strategy: str, found: Any) -> None:
    publish_policy(rules={"refunds": {"strategy": strategy}})
    sale = sell(register, card(300), cash(400, -2, number=2))
    assert back(register.take_back(sale).json())[2] == found
