"""Staff gives more or less than a line is worth: with a reason, and above a limit not alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.returns.models import Override, ReturnAdjustment, ReturnLine
from apps.returns.services.closing import expire_due_returns
from apps.sales.models import SaleLine
from tests.books import nothing_changes
from tests.world import Register, card, line, make_approver, problem, publish_policy, return_line

ALONE = {"adjustments": {"alone": {"EUR": 200}, "most": {"EUR": 400}}}


@pytest.fixture
def alone() -> None:
    """An operator may change a line by 2.00 alone, a manager by 4.00."""
    publish_policy(rules=ALONE)


def change(amount: int, quantity: str = "2", **changes: Any) -> dict[str, Any]:
    row = return_line(1, quantity, adjustment={"amount": amount, "reason": "scratched"})
    return {"lines": [row], **changes}


def rows() -> list[tuple[Any, ...]]:
    found = ReturnAdjustment.objects.order_by("pk")
    return list(found.values_list("kind", "amount_minor", "made_by", "approved_by", "in_effect"))


@pytest.mark.parametrize(("amount", "back"), [(-200, 310), (200, 710), (-1, 509)])
def test_up_to_the_limit_an_operator_decides(
    register: Register, alone: None, amount: int, back: int
) -> None:
    answer = register.take_back(register.sell(), **change(amount)).json()
    assert (answer["status"], answer["refund_total"], answer["adjustment_total"]) == (
        "completed", back, amount,
    )  # fmt: skip
    assert answer["lines"][0]["adjustment"] == amount
    assert rows() == [("manual", amount, "1042", "", True)]


def test_the_base_is_not_touched(register: Register, alone: None) -> None:
    sale = register.sell()
    register.take_back(sale, **change(-200))
    assert SaleLine.objects.get().refunded_minor == 510
    assert register.take_back(sale, "4").json()["refund_total"] == 1_020


def test_the_trail_says_by_how_much_and_why(register: Register, alone: None) -> None:
    register.take_back(register.sell(), **change(-200))
    said = AuditEntry.objects.get(action="return.completed").data
    assert (said["operator"], said["adjustment_minor"], said["changes"]) == (
        "1042", -200, [{"line": 1, "minor": -200, "reason": "scratched"}],
    )  # fmt: skip


def test_above_the_limit_a_manager_is_asked(register: Register, alone: None) -> None:
    answer = register.take_back(register.sell(), **change(-201)).json()
    assert (answer["status"], answer["lines"][0]["codes"]) == (
        "needs_override", ["adjustment-above-limit"],
    )  # fmt: skip
    assert rows() == [("manual", -201, "1042", "", False)]


def test_without_a_word_of_the_policy_a_manager_is_always_asked(register: Register) -> None:
    answer = register.take_back(register.sell(), **change(1)).json()
    assert answer["lines"][0]["codes"] == ["adjustment-above-limit"]


@pytest.mark.parametrize("amount", [401, -401, -511])
def test_too_much_is_refused(register: Register, alone: None, amount: int) -> None:
    answer = register.take_back(register.sell(), **change(amount)).json()
    assert (answer["status"], answer["lines"][0]["codes"], rows()) == (
        "denied", ["adjustment-too-large"], [],
    )  # fmt: skip


def test_a_manager_allows_it_and_both_are_named(register: Register, alone: None) -> None:
    make_approver()
    waiting = register.take_back(register.sell(), **change(-300)).json()
    answer = register.override(waiting).json()
    assert (answer["status"], answer["refund_total"], answer["adjustment_total"]) == (
        "authorized", 210, -300,
    )  # fmt: skip
    assert rows() == [("manual", -300, "1042", "2001", True)]
    assert Override.objects.get().amount_minor == 210
    done = register.complete(answer).json()
    assert [(r["amount"], r["status"]) for r in done["refunds"]] == [(210, "succeeded")]


def test_a_manager_refuses_and_nothing_was_changed(register: Register, alone: None) -> None:
    make_approver()
    waiting = register.take_back(register.sell(), **change(-300)).json()
    answer = register.override(waiting, approve=False).json()
    assert (answer["status"], answer["adjustment_total"], rows()) == ("denied", 0, [])


@pytest.mark.parametrize("approver", ["", "1042"])
def test_the_database_wants_two_people_above_the_limit(
    register: Register, alone: None, approver: str
) -> None:
    register.take_back(register.sell(), **change(-300))
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        ReturnAdjustment.objects.update(in_effect=True, approved_by=approver)


def test_more_than_was_paid_finds_no_tender(register: Register, alone: None) -> None:
    sale = register.sell(lines=[line(quantity="2")], tenders=[card(510)])
    answer = register.take_back(sale, **change(150)).json()
    assert [(r["kind"], r["amount"]) for r in answer["refunds"]] == [
        ("card", 510), ("store_credit", 150),
    ]  # fmt: skip


@pytest.mark.parametrize(("amount", "part"), [(-101, -51), (101, 51)])
def test_fewer_goods_bear_their_part_of_it(
    register: Register, alone: None, amount: int, part: int
) -> None:
    authorized = register.authorize(register.sell(), **change(amount))
    answer = register.complete(authorized, {"number": 1, "quantity": "1"}).json()
    assert (answer["refund_total"], answer["adjustment_total"]) == (255 + part, part)
    assert (rows()[0][1], ReturnLine.objects.get().adjustment_minor) == (part, part)


def test_an_expired_return_has_changed_nothing(register: Register, alone: None) -> None:
    register.authorize(register.sell(), **change(-200))
    assert expire_due_returns(now=timezone.now() + timedelta(days=2)) == 1
    assert SaleLine.objects.get().refunded_minor == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": 0, "reason": "x"}, "lines[0].adjustment.amount"),
        ({"amount": 5}, "lines[0].adjustment.reason"),
        ({"amount": "5", "reason": "x"}, "lines[0].adjustment.amount"),
    ],
)
def test_a_change_says_how_much_and_why(register: Register, asked: Any, field: str) -> None:
    sale = register.sell()
    with nothing_changes():
        answer = register.take_back(sale, lines=[return_line(adjustment=asked)])
    assert [e["field"] for e in problem(answer, 400, "invalid-request")["errors"]] == [field]


def test_a_change_names_its_operator(register: Register) -> None:
    sale = register.sell()
    with nothing_changes():
        answer = register.take_back(sale, operator="", **change(5))
    assert problem(answer, 400, "invalid-request")["errors"][0]["code"] == "operator-not-named"
