"""First the permission, then the goods: all of them, or fewer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn, ReturnLine
from apps.sales.models import SaleLine, SaleTender
from tests.books import nothing_changes
from tests.world import Register, buckets, card, line, problem, publish_policy, return_line


def _quantities(number: int = 1) -> tuple[Any, ...]:
    row = SaleLine.objects.get(line_number=number)
    return row.authorized_quantity, row.returned_quantity, row.refunded_minor


def test_an_authorized_return_holds_units_and_money_and_moves_nothing(register: Register) -> None:
    sale = register.sell()
    authorized = register.authorize(sale, "2")
    assert (authorized["decision"], authorized["refund_total"]) == ("approved", 510)
    assert authorized["refunds"][0]["status"] == "planned"
    assert _quantities() == (2, 0, 510)
    tender = SaleTender.objects.get()
    assert (tender.pending_minor, tender.refunded_minor) == (510, 0)
    assert buckets("85123A") == {"sellable": -6}


def test_it_expires_after_the_hours_of_the_policy(register: Register) -> None:
    publish_policy(hours=48)
    register.authorize(register.sell())
    kept = CustomerReturn.objects.get()
    assert kept.expires_at == kept.received_at + timedelta(hours=48)


def test_all_goods_come_and_the_money_goes_as_promised(register: Register) -> None:
    sale = register.sell(tenders=[card(1000), {"number": 2, "kind": "cash", "amount": 530}])
    authorized = register.authorize(sale, "5")
    answer = register.complete(authorized).json()
    assert (answer["status"], answer["refund_total"], answer["scope"]) == (
        "completed",
        1275,
        "partial",
    )
    assert [(r["id"], r["kind"], r["amount"], r["status"]) for r in answer["refunds"]] == [
        (authorized["refunds"][0]["id"], "card", 1000, "submitted"),
        (authorized["refunds"][1]["id"], "cash", 275, "succeeded"),
    ]
    assert _quantities() == (0, 5, 1275)
    assert buckets("85123A") == {"sellable": -1}


def test_fewer_goods_come_and_the_rest_is_let_go(register: Register) -> None:
    sale = register.sell(tenders=[card(1000), {"number": 2, "kind": "cash", "amount": 530}])
    authorized = register.authorize(sale, "5")
    answer = register.complete(authorized, {"number": 1, "quantity": "2"}).json()
    assert (answer["refund_total"], answer["lines"][0]["quantity"]) == (510, "2")
    assert [(r["kind"], r["amount"], r["status"]) for r in answer["refunds"]] == [
        ("card", 1000, "cancelled"),
        ("cash", 275, "cancelled"),
        ("card", 510, "submitted"),
    ]
    assert _quantities() == (0, 2, 510)
    tenders = SaleTender.objects.order_by("number").values_list("pending_minor", "refunded_minor")
    assert list(tenders) == [(510, 0), (0, 0)]


def test_what_was_let_go_can_come_back_later(register: Register) -> None:
    sale = register.sell(lines=[line(quantity="3", unit_price=333, taxes=[], total=999)])
    first = register.authorize(sale, "3")
    assert register.complete(first, {"number": 1, "quantity": "1"}).json()["refund_total"] == 333
    assert register.take_back(sale, "2").json()["refund_total"] == 666
    assert _quantities() == (0, 3, 999)


def test_one_line_may_come_and_another_not(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B")])
    authorized = register.authorize(sale, lines=[return_line(1, "2"), return_line(2, "3")])
    answer = register.complete(authorized, {"number": 1, "quantity": "0"}).json()
    assert [(row["quantity"], row["refund"]) for row in answer["lines"]] == [("0", 0), ("3", 765)]
    assert (_quantities(1), _quantities(2)) == ((0, 0, 0), (0, 3, 765))
    assert buckets("B") == {"sellable": -3}


def test_two_lines_of_one_sale_line_are_both_let_go_of(register: Register) -> None:
    sale = register.sell(lines=[line(quantity="7", unit_price=100, taxes=[])])
    lines = [return_line(1, "2"), return_line(1, "4", condition="damaged")]
    authorized = register.authorize(sale, lines=lines)
    assert _quantities() == (6, 0, 600)
    given = [{"number": 1, "quantity": "1"}, {"number": 2, "quantity": "3"}]
    answer = register.complete(authorized, *given).json()
    assert [(row["quantity"], row["refund"]) for row in answer["lines"]] == [
        ("1", 100),
        ("3", 300),
    ]
    assert _quantities() == (0, 4, 400)
    assert buckets("85123A") == {"sellable": -6, "damaged": 3}


def test_two_lines_of_one_sale_line_both_come(register: Register) -> None:
    sale = register.sell()
    authorized = register.authorize(sale, lines=[return_line(1, "2"), return_line(1, "4")])
    assert register.complete(authorized).json()["scope"] == "full"
    assert _quantities() == (0, 6, 1530)
    taxes = SaleLine.objects.get().taxes.values_list("refunded_minor", flat=True)
    assert list(taxes) == [255]


def test_the_goods_decide_where_they_go_when_they_are_seen(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B"), line(3, sku="C")])
    authorized = register.authorize(sale, lines=[return_line(n) for n in (1, 2, 3)])
    answer = register.complete(
        authorized,
        {"number": 1, "condition": "damaged"},
        {"number": 2, "disposition": "write_off"},
        {"number": 3, "condition": "damaged", "disposition": "repair"},
    ).json()
    assert [row["disposition"] for row in answer["lines"]] == ["damaged", "write_off", "repair"]
    assert [buckets(sku) for sku in ("85123A", "B", "C")] == [
        {"sellable": -6, "damaged": 1},
        {"sellable": -6, "scrap": 1},
        {"sellable": -6, "quarantine": 1},
    ]
    assert ReturnLine.objects.get(number=3).condition == "damaged"


def test_more_than_authorized_is_refused(register: Register) -> None:
    authorized = register.authorize(register.sell(), "2")
    with nothing_changes():
        response = register.complete(authorized, {"number": 1, "quantity": "2.001"})
        document = problem(response, 409, "quantity-exceeded")
    assert document["detail"] == "Line 1: 2.001 received, 2 authorized."


def test_nothing_at_all_is_refused(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B")])
    authorized = register.authorize(sale, lines=[return_line(1), return_line(2)])
    given = [{"number": n, "quantity": "0"} for n in (1, 2)]
    with nothing_changes():
        problem(register.complete(authorized, *given), 400, "invalid-request")


def test_a_line_the_return_does_not_have_is_refused(register: Register) -> None:
    authorized = register.authorize(register.sell())
    with nothing_changes():
        problem(register.complete(authorized, {"number": 2}), 400, "invalid-request")


def test_an_unknown_condition_is_refused(register: Register) -> None:
    authorized = register.authorize(register.sell())
    with nothing_changes():
        response = register.complete(authorized, {"number": 1, "condition": "moth_eaten"})
        document = problem(response, 400, "invalid-request")
    assert document["errors"][0]["code"] == "unknown-code"


def test_completed_is_completed(register: Register) -> None:
    authorized = register.authorize(register.sell())
    assert register.complete(authorized).status_code == 200
    with nothing_changes():
        problem(register.complete(authorized), 409, "return-not-authorized")


def test_the_same_completion_is_answered_with_the_same_bytes(register: Register) -> None:
    authorized = register.authorize(register.sell())
    path, key = f"returns/{authorized['id']}/complete", "0042-03-261121-0007-c1"
    first = register.post(path, {}, key=key)
    with nothing_changes():
        again = register.post(path, {}, key=key)
    assert (again.status_code, again.content) == (200, first.content)


def test_too_late_is_too_late_even_before_the_job_has_run(register: Register) -> None:
    authorized = register.authorize(register.sell())
    CustomerReturn.objects.update(expires_at=timezone.now())
    with nothing_changes():
        problem(register.complete(authorized), 409, "return-not-authorized")


def test_a_denied_return_cannot_be_completed(register: Register) -> None:
    denied = register.take_back(register.sell(), "7").json()
    with nothing_changes():
        problem(register.complete(denied), 409, "return-not-authorized")


def test_a_return_nobody_knows_cannot_be_completed(register: Register) -> None:
    with nothing_changes():
        problem(register.complete({"id": str(uuid4())}), 404, "not-found")


def test_completed_it_reads_back_as_it_was_answered(register: Register) -> None:
    authorized = register.authorize(register.sell(), "3")
    answer = register.complete(authorized, {"number": 1, "quantity": "1"}).json()
    assert register.get(f"returns/{answer['id']}").json() == answer
    assert Refund.objects.filter(status="succeeded").count() == 1


def test_the_goods_may_come_after_a_new_policy(register: Register) -> None:
    authorized = register.authorize(register.sell())
    publish_policy(days=0)
    answer = register.complete(authorized).json()
    assert (answer["status"], answer["policy"]) == (
        "completed",
        {"name": "Standard", "version": 1},
    )
