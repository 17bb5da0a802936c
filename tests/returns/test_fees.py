"""Restocking fees from decision to arrival; and lines that are split off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import nothing_changes
from tests.world import Register, buckets, card, line, problem, publish_policy, return_line

ROWS = [
    {"condition": "opened", "fee_percent": "10"},
    {"condition": "used", "fee": {"EUR": 100}},
    {"condition": "damaged", "accept": "deny"},
]


@pytest.fixture
def charging(register: Register) -> Register:
    publish_policy(rules={"conditions": {"rows": ROWS}})
    return register


def opened(register: Register, quantity: str = "2") -> Any:
    sale = register.sell(tenders=[card(1530)])
    return register.authorize(sale, lines=[return_line(1, quantity, condition="opened")])


def money(answer: dict[str, Any]) -> tuple[int, int, int]:
    row = answer["lines"][0]
    live = [r["amount"] for r in answer["refunds"] if r["status"] != "cancelled"]
    return row["refund"], row["fee"], sum(live)


def test_what_was_announced_is_kept_back(charging: Register) -> None:
    authorized = opened(charging)
    assert money(authorized) == (510, 51, 459)
    assert money(charging.complete(authorized).json()) == (510, 51, 459)


def test_of_fewer_goods_less_is_kept_back(charging: Register) -> None:
    answer = charging.complete(opened(charging), {"number": 1, "quantity": "1"}).json()
    assert money(answer) == (255, 26, 229)


@pytest.mark.parametrize(
    ("condition", "expected"), [("used", (510, 200, 310)), ("new", (510, 0, 510))]
)
def test_the_fee_follows_the_condition_in_which_they_come(
    charging: Register, condition: str, expected: Any
) -> None:
    arrived = {"number": 1, "condition": condition}
    assert money(charging.complete(opened(charging), arrived).json()) == expected


def test_a_condition_that_is_not_taken_needs_a_decision_of_its_own(charging: Register) -> None:
    authorized = opened(charging)
    with nothing_changes():
        arrived = charging.complete(authorized, {"number": 1, "condition": "damaged"})
        problem(arrived, 409, "condition-refused")


def test_a_fee_comes_off_before_exchange_goods_are_paid(charging: Register) -> None:
    charging.count_stock("RED", "5")
    goods = {"sku": "RED", "quantity": "1", "unit_price": 500}
    asked = [return_line(1, "2", condition="opened")]
    answer = charging.take_back(charging.sell(), lines=asked, exchange=[goods]).json()
    assert (answer["refund_total"], answer["amount_due"]) == (0, 41)


@pytest.fixture
def splitting(register: Register) -> Register:
    publish_policy(rules={"splitting": {"allowed": True}})
    return register


def two(register: Register) -> dict[str, Any]:
    return register.sell(lines=[line(1), line(2, sku="B", final_sale=True)])


ASKED = [return_line(1, "2"), return_line(2)]


def test_good_lines_are_taken_and_the_others_stay_behind(splitting: Register) -> None:
    answer = splitting.take_back(two(splitting), lines=ASKED).json()
    assert (answer["decision"], answer["status"], answer["refund_total"]) == (
        "approved", "completed", 510,
    )  # fmt: skip
    assert [(row["outcome"], row["quantity"], row["refund"]) for row in answer["lines"]] == [
        ("approved", "2", 510),
        ("denied", "0", 0),
    ]
    assert "quarantine" not in buckets("B")
    assert splitting.get(f"returns/{answer['id']}").json()["lines"] == answer["lines"]


def test_authorized_completed_and_let_go_it_stays_so(splitting: Register) -> None:
    sale = two(splitting)
    authorized = splitting.take_back(sale, lines=ASKED, complete=False).json()
    assert splitting.complete(authorized).json()["refund_total"] == 510
    again = splitting.take_back(sale, lines=ASKED, complete=False).json()
    assert splitting.void(again).json()["status"] == "voided"


def test_nothing_good_is_nothing_split(splitting: Register) -> None:
    answer = splitting.take_back(two(splitting), lines=[return_line(2)]).json()
    assert (answer["decision"], answer["status"]) == ("denied", "denied")
