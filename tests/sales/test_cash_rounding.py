"""A sale whose cash was rounded to the coins there are."""

from __future__ import annotations

from typing import Any

import pytest

from apps.sales.models import Sale
from tests.books import nothing_changes
from tests.world import Register, card, line, problem, sale_body

LINES = [line(quantity="2", unit_price=351)]


def body(*tenders: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return sale_body(lines=LINES, tenders=list(tenders), **changes)


def cash(amount: int, rounding: int) -> dict[str, Any]:
    return {"number": 1, "kind": "cash", "amount": amount, "rounding": rounding}


def test_amounts_less_rounding_are_the_total(register: Register) -> None:
    sale = body(cash(700, -2), cash_rounding={"increment": 5})
    assert register.post("sales", sale).status_code == 201
    found = Sale.objects.get()
    assert (found.total_minor, found.cash_increment_minor, found.cash_mode) == (702, 5, "half_up")
    shown = register.get(f"sales/{sale['receipt_number']}").json()
    assert [(t["amount"], t["rounding"]) for t in shown["tenders"]] == [(700, -2)]


def test_the_same_sale_again_is_the_same(register: Register) -> None:
    sale = body(cash(705, 3), cash_rounding={"increment": 5, "mode": "up"})
    assert register.post("sales", sale).status_code == 201
    assert register.post("sales", sale).status_code == 200


@pytest.mark.parametrize(
    ("tender", "rounds", "field"),
    [
        (cash(700, 0), {"increment": 5}, "tenders"),
        (cash(700, -2), None, "tenders[0].rounding"),
        (cash(695, -7), {"increment": 5}, "tenders[0].rounding"),
        ({**card(700), "rounding": -2}, {"increment": 5}, "tenders[0].rounding"),
    ],
)
def test_what_cannot_be_is_refused(
    register: Register, tender: Any, rounds: Any, field: str
) -> None:
    sale = body(tender, **({"cash_rounding": rounds} if rounds else {}))
    with nothing_changes():
        answer = register.post("sales", sale)
    errors = problem(answer, 400, "numbers-do-not-add-up")["errors"]
    assert [e["field"] for e in errors] == [field]
