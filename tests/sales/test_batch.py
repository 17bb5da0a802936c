"""Many sales in one request: each gets its own answer, and none stops another."""

from __future__ import annotations

from typing import Any

from apps.inventory.models import StockMovement
from apps.sales.models import Sale, SaleConflict
from tests.books import books, nothing_changes
from tests.world import Register, level, line, sale_body


def _statuses(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    items = response.json()["items"]
    assert [item["index"] for item in items] == list(range(len(items)))
    return [item["status"] for item in items]


def test_each_sale_of_a_batch_gets_its_own_answer(register: Register) -> None:
    known = register.sell()
    good, wrong = sale_body(), sale_body(total=1)
    bodies = [good, known, {**known, "customer": "C-2"}, wrong, {"paid": 1}, sale_body()]
    response = register.post("sales/batch", {"sales": bodies})
    assert _statuses(response) == [
        "recorded", "duplicate", "conflict", "refused", "refused", "recorded",
    ]  # fmt: skip
    items = response.json()["items"]
    assert items[0]["receipt_number"] == good["receipt_number"]
    assert items[3]["problem"]["code"] == "numbers-do-not-add-up"
    assert items[4]["problem"]["errors"][0] == {
        "field": "paid", "code": "unknown-field", "detail": "This field is not part of the contract.",
    }  # fmt: skip
    assert (Sale.objects.count(), SaleConflict.objects.count()) == (3, 1)


def test_a_problem_in_a_batch_names_its_request(register: Register) -> None:
    response = register.post("sales/batch", {"sales": [{}]}, **{"X-Request-Id": "till-03-17"})
    assert response.json()["items"][0]["problem"]["request_id"] == "till-03-17"


def test_whatever_stands_in_a_batch_stops_nothing_else(register: Register) -> None:
    odd: list[Any] = [None, 5, "x", [], {}, True, 1.5, {**sale_body(), "total": 1530.0}]
    response = register.post("sales/batch", {"sales": [*odd, sale_body()]})
    assert _statuses(response) == [*["refused"] * len(odd), "recorded"]
    assert Sale.objects.count() == 1


def test_the_same_sale_twice_in_a_batch_is_one(register: Register) -> None:
    body = sale_body()
    other = {**body, "customer": "C-2"}
    response = register.post("sales/batch", {"sales": [body, body, other]})
    assert _statuses(response) == ["recorded", "duplicate", "conflict"]
    assert len({item["id"] for item in response.json()["items"]}) == 1
    assert level("85123A").on_hand == -6


def test_a_foreign_shop_in_a_batch_is_refused(register: Register) -> None:
    response = register.post("sales/batch", {"sales": [sale_body(store="0043"), sale_body()]})
    assert _statuses(response) == ["refused", "recorded"]
    assert response.json()["items"][0]["problem"]["code"] == "foreign-store"


def test_a_batch_repeated_is_answered_with_the_same_bytes(register: Register) -> None:
    bodies = [sale_body(), sale_body(total=1)]
    first = register.post("sales/batch", {"sales": bodies}, key="0042-03-batch-1187")
    with nothing_changes():
        again = register.post("sales/batch", {"sales": bodies}, key="0042-03-batch-1187")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"


def test_a_batch_repeated_under_a_new_key_takes_nothing_in_twice(register: Register) -> None:
    bodies = [sale_body() for _ in range(5)]
    register.post("sales/batch", {"sales": bodies})
    before = books()
    assert _statuses(register.post("sales/batch", {"sales": bodies})) == ["duplicate"] * 5
    after = books()
    assert {t for t in before if before[t] != after[t]} == {"idempotency_idempotentrequest"}


def test_a_batch_of_nothing_good_changes_nothing_but_its_answer(register: Register) -> None:
    before = books()
    assert _statuses(register.post("sales/batch", {"sales": [{}, {}]})) == ["refused"] * 2
    after = books()
    assert {t for t in before if before[t] != after[t]} == {"idempotency_idempotentrequest"}


def test_500_sales_in_one_batch_move_every_good(register: Register) -> None:
    bodies = [
        sale_body(lines=[line(1, sku=f"S{n % 40}"), line(2, sku=f"S{n % 7}")]) for n in range(500)
    ]
    response = register.post("sales/batch", {"sales": bodies})
    assert _statuses(response) == ["recorded"] * 500
    assert Sale.objects.count() == 500
    assert sum(StockMovement.objects.values_list("quantity", flat=True)) == -6000
