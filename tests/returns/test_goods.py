"""Where the goods go, by condition, reason, and what the shop says when they arrive."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.inventory.models import StockMovement
from apps.returns.models import ConditionCode, CustomerReturn, ReasonCode, ReturnLine
from apps.sales.models import SaleLine, SaleTender
from tests.world import Register, buckets, level, line, make_register, return_line


@pytest.mark.parametrize(
    ("reason", "condition", "disposition", "bucket"),
    [
        ("customer_remorse", "new", "return_to_stock", "sellable"),
        ("customer_remorse", "unopened", "return_to_stock", "sellable"),
        ("wrong_size", "opened", "quarantine", "quarantine"),
        ("other", "damaged", "damaged", "damaged"),
        ("defective", "unopened", "quarantine", "quarantine"),
        ("damaged", "unopened", "damaged", "damaged"),
        ("", "unopened", "return_to_stock", "sellable"),
        ("customer_remorse", "", "quarantine", "quarantine"),
        ("", "", "quarantine", "quarantine"),
    ],
)
def test_reason_and_condition_send_goods_to_their_bucket(
    register: Register, reason: str, condition: str, disposition: str, bucket: str
) -> None:
    sale = register.sell()
    row = return_line(1, "2", reason=reason, condition=condition)
    answer = register.take_back(sale, lines=[row]).json()
    assert answer["lines"][0]["disposition"] == disposition
    movement = StockMovement.objects.get(kind="return")
    assert (movement.bucket, movement.quantity) == (bucket, Decimal(2))
    assert movement.reference == f"return:{answer['id']}:1"


@pytest.mark.parametrize(
    ("disposition", "column"),
    [
        ("return_to_stock", "on_hand"),
        ("quarantine", "quarantined"),
        ("damaged", "damaged"),
        ("return_to_supplier", "to_supplier"),
        ("repair", "quarantined"),
        ("write_off", "written_off"),
    ],
)
def test_every_disposition_fills_its_column_of_the_level(
    register: Register, disposition: str, column: str
) -> None:
    ConditionCode.objects.create(code="special", name="Special", disposition=disposition)
    register.count_stock("85123A", "6")
    sale = register.sell()
    register.take_back(sale, lines=[return_line(1, "2", condition="special")])
    assert getattr(level("85123A"), column) == 2
    assert sum(buckets("85123A").values()) == 2


def test_words_are_the_shops_own(register: Register) -> None:
    ReasonCode.objects.create(code="moths", name="Moth-eaten", disposition="write_off")
    answer = register.take_back(register.sell(), lines=[return_line(1, reason="moths")]).json()
    assert answer["lines"][0]["disposition"] == "write_off"


def test_lines_of_one_return_go_each_their_own_way(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B")])
    rows = [return_line(1, "2"), return_line(1, "3", condition="damaged"), return_line(2, "1")]
    answer = register.take_back(sale, lines=rows).json()
    assert [(row["quantity"], row["refund"]) for row in answer["lines"]] == [
        ("2", 510),
        ("3", 765),
        ("1", 255),
    ]
    assert buckets("85123A") == {"sellable": -4, "damaged": 3}
    assert buckets("B") == {"sellable": -5}
    assert SaleLine.objects.get(line_number=1).returned_quantity == 5


def test_partial_partial_rest_is_the_exact_total_of_line_and_taxes(register: Register) -> None:
    taxes = [
        {"code": "VAT", "rate": "0.07", "inclusive": True, "amount": 65},
        {"code": "CITY", "rate": "0.02", "inclusive": False, "amount": 20},
    ]
    row = line(quantity="3", unit_price=333, taxes=taxes, total=1019)
    sale = register.sell(lines=[row], discounts=[{"code": "A", "amount": 19}])
    answers = [register.take_back(sale, quantity).json() for quantity in ("1", "0.5", "1.5")]
    assert [a["refund_total"] for a in answers] == [333, 167, 500]
    assert [a["lines"][0]["tax"] for a in answers] == [29, 14, 42]
    assert [a["scope"] for a in answers] == ["partial", "partial", "full"]
    parts = ReturnLine.objects.order_by("id").values_list("taxes", flat=True)
    assert [[minor for _, minor in taxes] for taxes in parts] == [[22, 7], [11, 3], [32, 10]]
    sold = SaleLine.objects.get()
    assert (sold.refunded_minor, sold.returned_quantity) == (1000, Decimal(3))
    assert list(sold.taxes.order_by("id").values_list("refunded_minor", flat=True)) == [65, 20]
    assert SaleTender.objects.get().refunded_minor == 1000


def test_goods_by_weight_come_back_by_weight(register: Register) -> None:
    sale = register.sell(lines=[line(quantity="0.350", unit_price=1999)])
    assert sale["total"] == 700
    refunds = [
        register.take_back(sale, q).json()["refund_total"] for q in ("0.1", "0.125", "0.125")
    ]
    assert refunds == [200, 250, 250]
    assert buckets("85123A") == {"sellable": Decimal(0)}


def test_a_return_in_another_shop_fills_that_shops_stock(register: Register) -> None:
    sale = register.sell()
    elsewhere = make_register(store="0043")
    answer = elsewhere.take_back(sale, "2").json()
    assert (answer["status"], answer["number"][:7]) == ("completed", "R-0043-")
    assert level("85123A", "0043").on_hand == 2
    assert level("85123A", "0042").on_hand == -6
    assert CustomerReturn.objects.get().store.number == "0043"


def test_goods_worth_nothing_come_back_for_nothing(register: Register) -> None:
    sale = register.sell(lines=[line(unit_price=0)], tenders=[])
    answer = register.take_back(sale, "6").json()
    assert (answer["status"], answer["refund_total"], answer["refunds"]) == ("completed", 0, [])
    assert level("85123A").on_hand == 0


def test_a_return_may_name_the_sale_by_its_natural_key(register: Register) -> None:
    sale = register.sell()
    key = {name: sale[name] for name in ("terminal", "business_date", "sequence_number")}
    answer = register.post(
        "returns", {"sale": {"store": "0042", **key}, "lines": [return_line()], "complete": True}
    ).json()
    assert (answer["receipt_number"], answer["kind"]) == (sale["receipt_number"], "receipted")
    assert answer["refund_total"] == 255
