"""A sale is taken in once, frozen, and moves the goods."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.inventory.models import Item, StockLevel, StockMovement
from apps.sales.models import Sale, SaleLine, SaleLineTax, SaleTender
from tests.books import nothing_changes
from tests.world import (
    Register,
    buckets,
    card,
    level,
    line,
    make_item,
    make_register,
    problem,
    sale_body,
)


def tax(code: str, rate: str, amount: int, *, inclusive: bool = True) -> dict[str, object]:
    return {"code": code, "rate": rate, "inclusive": inclusive, "amount": amount}


def test_a_sale_is_recorded_with_its_sums(register: Register) -> None:
    body = sale_body()
    response = register.post("sales", body)
    sale = Sale.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": str(sale.pk), "receipt_number": body["receipt_number"], "status": "recorded",
    }  # fmt: skip
    sums = (sale.gross_minor, sale.discount_minor, sale.tax_minor, sale.total_minor)
    assert sums == (1530, 0, 255, 1530)
    assert (sale.store.number, sale.terminal_id) == ("0042", register.terminal.pk)


def test_a_sale_leaves_a_trail_and_tells_others(register: Register) -> None:
    body = register.sell()
    sale = Sale.objects.get()
    entry = AuditEntry.objects.get(action="sale.recorded")
    assert (entry.subject_id, entry.subject_label) == (str(sale.pk), body["receipt_number"])
    assert (entry.actor_label, entry.store_number, entry.terminal_number) == (
        "0042/03",
        "0042",
        "03",
    )
    told = Event.objects.filter(store_number="0042").order_by("ordinal")
    assert [e.type for e in told] == ["sale.recorded", "stock.changed"]
    assert told[1].data["items"][0]["on_hand"] == "-6"


def test_an_unknown_sku_becomes_an_unlisted_item(register: Register) -> None:
    register.sell(lines=[line(sku="NEW-1", quantity="2")])
    item = Item.objects.get(sku="NEW-1")
    assert (item.name, item.unlisted, item.returnable) == ("Item NEW-1", True, True)
    assert level("NEW-1").on_hand == -2


def test_a_known_item_stays_as_it_is(register: Register) -> None:
    make_item("85123A", name="Heart T-light holder", category="home")
    register.sell()
    item = Item.objects.get()
    assert (item.name, item.category, item.unlisted) == ("Heart T-light holder", "home", False)


def test_the_level_is_the_sum_of_the_movements(register: Register) -> None:
    register.count_stock("85123A", "100")
    register.sell(lines=[line(1), line(2, quantity="0.350"), line(3, sku="B", quantity="4")])
    register.sell()
    assert level("85123A").on_hand == Decimal("87.650")
    assert buckets("85123A") == {"sellable": Decimal("87.650")}
    assert level("B").on_hand == -4


def test_goods_by_weight_are_priced_to_the_cent(register: Register) -> None:
    row = line(quantity="0.350", unit_price=1999)
    assert row["total"] == 700
    sale = register.sell(lines=[row])
    shown = register.get(f"sales/{sale['receipt_number']}").json()["lines"][0]
    assert (shown["quantity"], shown["total"], shown["returnable_quantity"]) == (
        "0.35",
        700,
        "0.35",
    )


def test_a_line_may_bear_several_taxes_in_the_price_and_on_top(register: Register) -> None:
    taxes = [
        tax("VAT", "0.07", 65),
        tax("CITY", "0.02", 20, inclusive=False),
        tax("STATE", "0.0625", 63, inclusive=False),
    ]
    sale = register.sell(
        lines=[line(quantity="1", unit_price=1000, taxes=taxes, total=1083)], total=1083
    )
    shown = register.get(f"sales/{sale['receipt_number']}").json()["lines"][0]
    assert (shown["tax"], shown["total"]) == (148, 1083)
    assert [(t["code"], t["rate"], t["inclusive"], t["amount"]) for t in shown["taxes"]] == [
        ("VAT", "0.070000", True, 65),
        ("CITY", "0.020000", False, 20),
        ("STATE", "0.062500", False, 63),
    ]
    assert set(SaleLineTax.objects.values_list("taxable_minor", flat=True)) == {935}


def test_a_line_discount_is_taken_off_before_taxes_on_top(register: Register) -> None:
    taxes = [tax("STATE", "0.10", 80, inclusive=False)]
    register.sell(lines=[line(quantity="2", unit_price=500, discount=200, taxes=taxes, total=880)])
    sale = Sale.objects.get()
    assert (sale.gross_minor, sale.discount_minor, sale.tax_minor, sale.total_minor) == (
        1000, 200, 80, 880,
    )  # fmt: skip


def test_an_order_discount_is_frozen_on_the_lines_by_largest_remainder(register: Register) -> None:
    prices = [1000, 1000, 1000, 333]
    lines = [line(n, quantity="1", unit_price=p, taxes=[]) for n, p in enumerate(prices, 1)]
    discounts = [{"code": "SPEND15", "amount": 400}, {"code": "APP", "amount": 100}]
    sale = register.sell(lines=lines, discounts=discounts)
    assert sale["total"] == 2833
    rows = SaleLine.objects.order_by("line_number")
    assert [row.order_discount_minor for row in rows] == [150, 150, 150, 50]
    assert [row.total_minor for row in rows] == [850, 850, 850, 283]


def test_the_odd_cents_of_an_order_discount_go_to_the_largest_remainders(
    register: Register,
) -> None:
    prices = [100, 100, 100]
    lines = [line(n, quantity="1", unit_price=p, taxes=[]) for n, p in enumerate(prices, 1)]
    register.sell(lines=lines, discounts=[{"code": "A", "amount": 50}])
    rows = SaleLine.objects.order_by("line_number")
    assert [row.order_discount_minor for row in rows] == [17, 17, 16]
    assert Sale.objects.get().discount_minor == 50


def test_a_split_tender_is_kept_as_it_was_paid(register: Register) -> None:
    tenders = [
        card(1030, ref="pi_3Q"),
        {"number": 2, "kind": "cash", "amount": 400},
        {"number": 3, "kind": "gift_card", "amount": 100, "gateway_ref": "SC-AAAA"},
    ]
    register.sell(tenders=tenders)
    rows = SaleTender.objects.order_by("number").values_list("kind", "amount_minor", "last4")
    assert list(rows) == [("card", 1030, "4242"), ("cash", 400, ""), ("gift_card", 100, "")]


@pytest.mark.parametrize(("currency", "price"), [("JPY", 1200), ("KWD", 12_345), ("EUR", 1999)])
def test_a_shop_counts_in_the_digits_of_its_currency(db: None, currency: str, price: int) -> None:
    register = make_register(store=currency, currency=currency)
    sale = register.sell(lines=[line(quantity="3", unit_price=price)], currency=currency)
    shown = register.get(f"sales/{sale['receipt_number']}").json()
    assert (shown["currency"], shown["total"]) == (currency, 3 * price)
    returned = register.take_back(sale).json()
    assert (returned["currency"], returned["refund_total"]) == (currency, price)


@pytest.mark.parametrize("flag", ["training", "voided"])
def test_a_sale_that_was_none_moves_no_goods(register: Register, flag: str) -> None:
    register.sell(**{flag: True})
    assert Sale.objects.filter(**{flag: True}).count() == 1
    assert not StockMovement.objects.exists()
    assert not StockLevel.objects.exists()
    types = Event.objects.filter(store_number="0042").values_list("type", flat=True)
    assert list(types) == ["sale.recorded"]


def test_a_sale_of_700_lines_is_taken(register: Register) -> None:
    lines = [line(n, sku=f"SKU-{n % 400}", quantity="1", unit_price=n) for n in range(1, 701)]
    sale = register.sell(lines=lines, discounts=[{"code": "A", "amount": 12_345}])
    assert sale["total"] == 700 * 701 // 2 - 12_345
    rows = SaleLine.objects.all()
    assert len(rows) == 700
    assert sum(row.total_minor for row in rows) == sale["total"]
    assert sum(row.order_discount_minor for row in rows) == 12_345
    assert len(register.get(f"sales/{sale['receipt_number']}").json()["lines"]) == 700


def test_a_sale_without_lines_to_pay_may_have_no_tender(register: Register) -> None:
    sale = register.sell(lines=[line(unit_price=0)], tenders=[])
    assert register.get(f"sales/{sale['receipt_number']}").json()["tenders"] == []


def test_a_sale_of_another_shop_is_refused(register: Register) -> None:
    make_register(store="0043")
    with nothing_changes():
        problem(register.post("sales", sale_body(store="0043")), 403, "foreign-store")


def test_a_sale_may_name_its_own_shop_and_another_register_of_it(register: Register) -> None:
    register.sell(store="0042", terminal="99")
    sale = Sale.objects.get()
    assert (sale.terminal_number, sale.terminal_id) == ("99", register.terminal.pk)
