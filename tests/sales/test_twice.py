"""The same sale twice is one sale; another under its number is a conflict, kept and never applied."""

from __future__ import annotations

from typing import Any

import pytest

from apps.audit.models import AuditEntry
from apps.idempotency.models import IdempotentRequest
from apps.inventory.models import Item
from apps.sales.models import Sale, SaleConflict
from tests.books import books, counts, nothing_changes
from tests.world import Register, line, make_register, problem, sale_body


def _changed_tables(before: dict[str, str]) -> set[str]:
    after = books()
    return {table for table in before if before[table] != after[table]}


def test_the_same_key_is_answered_with_the_same_bytes(register: Register) -> None:
    body, key = sale_body(), "0042-03-261120-1187"
    first = register.post("sales", body, key=key)
    with nothing_changes():
        again = register.post("sales", body, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"


def test_a_new_key_finds_the_sale_that_stands(register: Register) -> None:
    body = sale_body()
    first = register.post("sales", body)
    before = books()
    again = register.post("sales", body)
    assert (again.status_code, again.json()) == (200, first.json())
    assert "Idempotent-Replayed" not in again
    assert _changed_tables(before) == {"idempotency_idempotentrequest"}


def test_the_same_sale_written_otherwise_is_the_same(register: Register) -> None:
    body = sale_body(sold_at="2026-11-20T16:41:09+01:00")
    register.post("sales", body)
    other = {**body, "sold_at": "2026-11-20T15:41:09.000Z", "channel": "store", "training": False}
    other["lines"] = [{**line(), "quantity": "6.000"}]
    assert register.post("sales", other).status_code == 200
    assert Sale.objects.count() == 1


def test_the_same_sale_from_another_register_of_the_shop_is_the_same(register: Register) -> None:
    body = register.sell()
    other = make_register(number="04")
    assert other.post("sales", body).status_code == 200
    assert Sale.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"customer": "C-2"}, ["customer"]),
        ({"receipt_number": "T-other"}, ["receipt_number"]),
        ({"operator": "7"}, []),
        ({"sequence_number": 99_999_999}, ["sequence_number"]),
    ],
)
def test_another_body_under_the_same_number_is_a_conflict(
    register: Register, changes: dict[str, Any], fields: list[str]
) -> None:
    body = register.sell()
    before = books()
    problem(register.post("sales", {**body, **changes}), 409, "sale-conflict")
    assert _changed_tables(before) == {
        "sales_saleconflict",
        "audit_auditentry",
        "audit_unsealedentry",
    }
    conflict = SaleConflict.objects.get()
    assert [d["field"] for d in conflict.differences] == fields
    assert (conflict.body, conflict.times) == ({**body, **changes}, 1)
    assert AuditEntry.objects.latest("id").action == "sale.conflict"


def test_a_conflict_that_comes_again_only_counts_up(register: Register) -> None:
    body = register.sell()
    for _ in range(3):
        problem(register.post("sales", {**body, "customer": "C-2"}), 409, "sale-conflict")
    problem(register.post("sales", {**body, "customer": "C-3"}), 409, "sale-conflict")
    assert list(SaleConflict.objects.order_by("id").values_list("times", flat=True)) == [3, 1]
    assert AuditEntry.objects.filter(action="sale.conflict").count() == 2


def test_a_conflict_is_never_stored_under_its_key(register: Register) -> None:
    body, key = register.sell(), "0042-03-261120-1187"
    problem(register.post("sales", {**body, "customer": "C-2"}, key=key), 409, "sale-conflict")
    assert not IdempotentRequest.objects.filter(key=key).exists()
    assert register.post("sales", sale_body(), key=key).status_code == 201


def test_the_differences_say_what_stands_and_what_came(register: Register) -> None:
    body = register.sell()
    other = {**body, **sale_body(lines=[line(1), line(2)])}
    other |= {"receipt_number": body["receipt_number"], "customer": "C-2"}
    other |= {"sequence_number": body["sequence_number"], "sold_at": body["sold_at"]}
    problem(register.post("sales", other), 409, "sale-conflict")
    assert SaleConflict.objects.get().differences == [
        {"field": "total", "stands": "1530", "came": "3060"},
        {"field": "customer", "stands": "C-20931", "came": "C-2"},
        {"field": "lines", "stands": "1", "came": "2"},
    ]


def test_a_conflict_makes_no_item(register: Register) -> None:
    body = register.sell()
    problem(register.post("sales", {**body, "lines": [line(sku="NEW")]}), 409, "sale-conflict")
    assert not Item.objects.filter(sku="NEW").exists()


def test_the_same_receipt_number_in_another_shop_is_a_conflict(register: Register) -> None:
    body = register.sell()
    elsewhere = make_register(store="0043")
    before = counts()
    problem(elsewhere.post("sales", body), 409, "sale-conflict")
    assert {t for t, n in counts().items() if n != before[t]} == {
        "sales_saleconflict",
        "audit_auditentry",
        "audit_unsealedentry",
    }
    assert SaleConflict.objects.get().terminal_id == elsewhere.terminal.pk


def test_the_same_natural_key_in_another_shop_is_another_sale(register: Register) -> None:
    body = register.sell()
    elsewhere = make_register(store="0043")
    elsewhere.sell(sequence_number=body["sequence_number"])
    assert Sale.objects.filter(sequence_number=body["sequence_number"]).count() == 2


def test_a_sale_that_came_back_is_still_the_same_sale(register: Register) -> None:
    body = register.sell()
    register.take_back(body, "6")
    assert register.post("sales", body).status_code == 200
