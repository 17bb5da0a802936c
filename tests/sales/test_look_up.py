"""Finding a sale: by what stands on the receipt, or by the customer who has none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tests.world import Register, card, line, make_register, problem


def _page(register: Register, **query: str) -> Any:
    response = register.get("sales/search", **query)
    assert response.status_code == 200, response.content
    return response.json()


def _receipts(register: Register, **query: str) -> list[str]:
    return [sale["receipt_number"] for sale in _page(register, **query)["items"]]


def test_a_sale_shows_what_can_still_come_back_and_be_refunded(register: Register) -> None:
    tenders = [{"number": 1, "kind": "cash", "amount": 300}, card(1230, number=2)]
    sale = register.sell(tenders=tenders)
    register.take_back(sale, "2")
    register.authorize(sale, "1")
    shown = register.get(f"sales/{sale['receipt_number']}").json()
    row = shown["lines"][0]
    assert [row[f"{name}_quantity"] for name in ("returned", "authorized", "returnable")] == [
        "2", "1", "3",
    ]  # fmt: skip
    assert [(t["refunded"], t["pending"], t["refundable"]) for t in shown["tenders"]] == [
        (300, 0, 0),
        (0, 465, 765),
    ]


def test_tenders_stay_in_their_order_when_money_went_back(register: Register) -> None:
    cash = [{"number": n, "kind": "cash", "amount": 510} for n in (1, 2, 3)]
    sale = register.sell(tenders=cash)
    register.take_back(sale, "1")
    shown = register.get(f"sales/{sale['receipt_number']}").json()["tenders"]
    assert [(t["number"], t["refunded"]) for t in shown] == [(1, 255), (2, 0), (3, 0)]


def test_a_sale_is_shown_whole(register: Register) -> None:
    sale = register.sell(sold_at="2026-11-20T16:41:09+01:00", lines=[line(serial_number="SN-1")])
    shown = register.get(f"sales/{sale['receipt_number']}").json()
    assert {name: shown[name] for name in ("store", "terminal", "business_date", "sold_at")} == {
        "store": "0042", "terminal": "03", "business_date": "2026-11-20", "sold_at": "2026-11-20T15:41:09Z",
    }  # fmt: skip
    assert shown["lines"][0] == {
        "line_number": 1, "sku": "85123A", "description": "Item 85123A", "quantity": "6", "unit_price": 255,
        "discount": 0, "tax": 255, "total": 1530, "returned_quantity": "0", "authorized_quantity": "0",
        "returnable_quantity": "6", "serial_number": "SN-1", "final_sale": False,
        "taxes": [{"code": "VAT-S", "rate": "0.200000", "inclusive": True, "amount": 255}],
    }  # fmt: skip


def test_a_sale_is_found_by_its_natural_key(register: Register) -> None:
    sale = register.sell()
    key = {name: sale[name] for name in ("terminal", "business_date", "sequence_number")}
    found = register.get("sales", store="0042", **key).json()
    assert found["receipt_number"] == sale["receipt_number"]
    problem(register.get("sales", store="0043", **key), 404, "not-found")


@pytest.mark.parametrize("missing", ["store", "terminal", "business_date", "sequence_number"])
def test_half_a_natural_key_is_refused(register: Register, missing: str) -> None:
    query = {
        "store": "0042",
        "terminal": "03",
        "business_date": "2026-11-20",
        "sequence_number": "1",
    }
    del query[missing]
    document = problem(register.get("sales", **query), 400, "invalid-request")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(missing, "required")]


def test_another_shops_sale_is_found_when_it_is_named_exactly(register: Register) -> None:
    sale = make_register(store="0043").sell()
    assert register.get(f"sales/{sale['receipt_number']}").json()["store"] == "0043"
    problem(register.get(f"sales/{sale['receipt_number'][:-1]}"), 404, "not-found")


def test_a_customers_sales_are_found_newest_first(register: Register) -> None:
    now = timezone.now()
    sold = [
        register.sell(customer="C-1", sold_at=(now - timedelta(days=d)).isoformat())
        for d in (3, 1, 2)
    ]
    register.sell(customer="C-2")
    expected = [sold[1], sold[2], sold[0]]
    assert _receipts(register, customer="C-1") == [s["receipt_number"] for s in expected]


def test_only_what_is_left_is_found(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B")])
    register.take_back(sale, "6")
    found = _page(register, customer="C-20931")["items"]
    assert [row["sku"] for row in found[0]["lines"]] == ["B"]
    register.take_back(sale, lines=[{"sale_line": 2, "quantity": "6"}])
    assert _receipts(register, customer="C-20931") == []


@pytest.mark.parametrize("flag", ["training", "voided"])
def test_a_sale_that_was_none_is_not_found(register: Register, flag: str) -> None:
    register.sell(**{flag: True})
    assert _receipts(register, customer="C-20931") == []


def test_sku_and_serial_number_narrow_the_search(register: Register) -> None:
    one = register.sell(lines=[line(1, sku="A", serial_number="SN-1"), line(2, sku="B")])
    two = register.sell(lines=[line(1, sku="B", serial_number="SN-2")])
    receipts = [two["receipt_number"], one["receipt_number"]]
    assert _receipts(register, customer="C-20931", sku="B") == receipts
    assert _receipts(register, customer="C-20931", sku="A") == receipts[1:]
    assert _receipts(register, serial="SN-2") == receipts[:1]
    assert _receipts(register, serial="SN-2", sku="A") == []


def test_a_sku_alone_finds_nobody(register: Register) -> None:
    register.sell()
    problem(register.get("sales/search", sku="85123A"), 400, "invalid-request")
    problem(register.get("sales/search"), 400, "invalid-request")


def test_the_search_has_a_beginning_and_an_end(register: Register) -> None:
    times = ["2026-11-18T10:00:00Z", "2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z"]
    receipts = [register.sell(sold_at=at)["receipt_number"] for at in times]
    query = {"customer": "C-20931"}
    assert _receipts(register, **query, **{"from": times[1]}) == [receipts[2], receipts[1]]
    assert _receipts(register, **query, to=times[1]) == [receipts[1], receipts[0]]
    edge = {"from": "2026-11-19T11:00:00+01:00", "to": "2026-11-19T10:00:00Z"}
    assert _receipts(register, **query, **edge) == [receipts[1]]
    assert _receipts(register, **query, **{"from": "2026-11-21T00:00:00Z"}) == []


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_time_without_offset_is_refused(register: Register, name: str) -> None:
    response = register.get("sales/search", customer="C-1", **{name: "2026-11-19T10:00:00"})
    document = problem(response, 400, "invalid-request")
    assert [(e["field"], e["code"]) for e in document["errors"]] == [(name, "wrong-type")]


def test_pages_lose_and_repeat_nothing_while_sales_come_in(register: Register) -> None:
    at = timezone.now().isoformat()
    sold = {register.sell(customer="C-1", sold_at=at)["receipt_number"] for _ in range(57)}
    page = _page(register, customer="C-1")
    seen = [sale["receipt_number"] for sale in page["items"]]
    sizes = [len(seen)]
    while page["next"]:
        register.sell(customer="C-1")
        address = urlsplit(page["next"])
        page = register.client.get(
            f"{address.path}?{address.query}", headers=register._headers()
        ).json()
        seen += [sale["receipt_number"] for sale in page["items"]]
        sizes.append(len(page["items"]))
    assert sizes == [50, 7]
    assert (len(seen), set(seen)) == (57, sold)


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "e30", "WzEsMl0", "bnVsbA", "W10", "ü", "WyIyMDI2LTExLTIwIiwieCJd"]
)
def test_a_cursor_that_is_not_ours_is_refused(register: Register, cursor: str) -> None:
    response = register.get("sales/search", customer="C-1", cursor=cursor)
    problem(response, 400, "cursor-invalid")
