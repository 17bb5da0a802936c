"""How many statements a request costs: a fixed number, whatever it is about.

In transactional tests, so that BEGIN and COMMIT count too. The exact number is written down: when
it changes, somebody shall look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import (
    Register,
    card,
    exchange_line,
    line,
    make_register,
    publish_policy,
    return_body,
    return_line,
    sale_body,
)

pytestmark = pytest.mark.django_db(transaction=True)
AUTHENTICATION = 1
BUDGET = 20
TENDERS = [card(1_000), {"number": 2, "kind": "cash", "amount": 2_060}]


@pytest.fixture
def till() -> Register:
    """A register that was seen a moment ago, as any that is in use."""
    register = make_register()
    register.get("changes")
    return register


def cost(request: Callable[[], Any]) -> int:
    """The number of statements of a request that succeeds, BEGIN and COMMIT among them."""
    with CaptureQueriesContext(connection) as captured:
        response = request()
    assert response.status_code in (200, 201), response.content
    return len(captured)


def _two_lines() -> list[dict[str, Any]]:
    return [line(1), line(2, sku="B")]


def test_a_complete_return_of_two_lines_to_card_and_cash(till: Register) -> None:
    sale = till.sell(lines=_two_lines(), tenders=TENDERS)
    lines = [return_line(1, "4"), return_line(2, "2")]
    spent = cost(lambda: till.take_back(sale, lines=lines))
    assert spent == 16 <= BUDGET


def test_a_complete_return_after_30_earlier_ones(till: Register) -> None:
    lines = [line(1, quantity="36"), line(2, sku="B", quantity="36")]
    paid = sum(row["total"] for row in lines)
    tenders = [card(9_000), {"number": 2, "kind": "cash", "amount": paid - 9_000}]
    sale = till.sell(lines=lines, tenders=tenders)
    asked = [return_line(1), return_line(2)]
    fresh = cost(lambda: till.take_back(sale, lines=asked))
    for _ in range(30):
        till.take_back(sale, lines=asked)
    assert cost(lambda: till.take_back(sale, lines=asked)) == fresh


def test_a_complete_return_of_many_lines(till: Register) -> None:
    sale = till.sell(lines=[line(n, sku=f"S{n}") for n in range(1, 31)])
    one = cost(lambda: till.take_back(sale, lines=[return_line(1)]))
    thirty = [return_line(n) for n in range(1, 31)]
    assert cost(lambda: till.take_back(sale, lines=thirty)) == one


def test_what_each_way_of_a_return_costs(till: Register) -> None:
    till.count_stock("RED", "9")
    sale = till.sell(lines=_two_lines(), tenders=TENDERS)
    authorized = till.authorize(sale)
    fewer = till.authorize(sale, "2")
    voided = till.authorize(sale)
    costs = {
        "denied": cost(lambda: till.take_back(sale, "7")),
        "authorize": cost(lambda: till.take_back(sale, complete=False)),
        "exchange": cost(lambda: till.take_back(sale, exchange=[exchange_line("RED")])),
        "quote": cost(lambda: till.post("returns/quote", return_body(sale))),
        "complete": cost(lambda: till.complete(authorized)),
        "complete fewer": cost(lambda: till.complete(fewer, {"number": 1, "quantity": "1"})),
        "void": cost(lambda: till.void(voided)),
    }
    assert costs == {
        "denied": 12, "authorize": 15, "exchange": 15, "quote": 5, "complete": 24, "complete fewer": 34,
        "void": 24,
    }  # fmt: skip


EVERY_RULE = {
    "window": {"days": 30, "counted_from": "delivery"},
    "conditions": {"rows": [{"condition": "unopened", "fee_percent": "5"}]},
    "reasons": {"categories": [{"category": "shoes", "allowed": ["defective"]}]},
    "serial": {"check": "sold"},
    "amount": {"ask_above": {"EUR": 10**6}, "operator_per_day": {"EUR": 10**6}},
    "no_receipt": {"blind": "allow", "unverified": "allow", "customer_count": 1_000},
    "returner": {"count": 1_000, "amount": {"EUR": 10**6}},
    "operator": {"exceptions": 1_000},
    "stock": {"not_ranged": "transfer"},
    "data_age": {"sale_minutes": 60, "stock_minutes": 60},
    "splitting": {"allowed": True},
}


def test_every_rule_at_once_costs_three_more_than_none_did(till: Register) -> None:
    publish_policy(rules=EVERY_RULE)
    sale = till.sell(lines=_two_lines(), tenders=TENDERS)
    lines = [return_line(1, "4"), return_line(2, "2")]
    fresh = cost(lambda: till.take_back(sale, lines=lines))
    assert fresh == 15 + 3 <= BUDGET
    many = till.sell(lines=[line(n, sku=f"S{n}") for n in range(1, 31)])
    thirty = [return_line(n) for n in range(1, 31)]
    assert cost(lambda: till.take_back(many, lines=thirty)) <= fresh


def test_without_a_receipt_it_costs_no_more(till: Register) -> None:
    publish_policy(rules=EVERY_RULE)
    till.sell(lines=[line(n, sku=f"S{n}") for n in range(1, 31)])
    document = {"kind": "passport", "issuer": "DE", "number": "C01X00T47"}

    def bring(count: int) -> Any:
        rows = [{"sku": f"S{n}", "quantity": "1"} for n in range(1, count + 1)]
        return till.post("returns", {"lines": rows, "id_document": document, "complete": True})

    one = cost(lambda: bring(1))
    assert cost(lambda: bring(30)) == one <= 17 + 3


def test_a_replay_costs_three_statements_and_a_look(till: Register) -> None:
    body = return_body(till.sell())
    till.post("returns", body, key="0042-03-261121-0007-a1")
    assert cost(lambda: till.post("returns", body, key="0042-03-261121-0007-a1")) == 4


def test_taking_a_sale_in(till: Register) -> None:
    rows = [line(n, sku=f"S{n}") for n in range(1, 51)]
    till.sell(lines=rows)
    two = cost(lambda: till.post("sales", sale_body(lines=rows[:2])))
    assert cost(lambda: till.post("sales", sale_body(lines=rows))) == two == 11


def test_a_sale_that_stands_already(till: Register) -> None:
    sale = till.sell()
    assert cost(lambda: till.post("sales", sale)) == 7


def test_looking_a_sale_up(till: Register) -> None:
    short = till.sell(lines=_two_lines())["receipt_number"]
    long = till.sell(lines=[line(n, sku=f"S{n}") for n in range(1, 61)])["receipt_number"]
    two = cost(lambda: till.get(f"sales/{short}"))
    assert cost(lambda: till.get(f"sales/{long}")) == two == AUTHENTICATION + 4


def test_searching_sales(till: Register) -> None:
    for customer, sales in (("C-3", 3), ("C-40", 40)):
        for _ in range(sales):
            till.sell(customer=customer, lines=_two_lines())
    three = cost(lambda: till.get("sales/search", customer="C-3"))
    forty = cost(lambda: till.get("sales/search", customer="C-40", sku="B"))
    assert forty == three == AUTHENTICATION + 4


def test_listing_returns(till: Register) -> None:
    sale = till.sell(lines=[line(quantity="50")])
    for _ in range(3):
        till.take_back(sale)
    three = cost(lambda: till.get("returns"))
    for _ in range(37):
        till.take_back(sale)
    assert cost(lambda: till.get("returns")) == three == AUTHENTICATION + 4


def test_reading_a_return(till: Register) -> None:
    one = till.take_back(till.sell()).json()
    assert cost(lambda: till.get(f"returns/{one['id']}")) == AUTHENTICATION + 4


def test_reading_the_feed(till: Register) -> None:
    assert cost(lambda: till.get("changes")) == AUTHENTICATION + 1
    for _ in range(5):
        till.sell()
    assert cost(lambda: till.get("changes", limit="2")) == AUTHENTICATION + 1


def test_asking_for_stock(till: Register) -> None:
    till.sell()
    assert cost(lambda: till.get("stock", sku="85123A")) == AUTHENTICATION + 1


def test_knowing_who_asks_is_one_statement_and_its_settings_six(till: Register) -> None:
    """Its key and when to renew it; which policies decide, and their versions; two ages."""
    assert cost(lambda: till.get("terminals/self")) == AUTHENTICATION + 6
