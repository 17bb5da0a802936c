"""Bought online, returned in a shop: from the web shop's webhook to the money on its way back."""

from __future__ import annotations

from apps.inventory.models import Item
from apps.refunds.models import Refund
from tests.integrations.inward.orders import Shop, item, order, shipping, tax
from tests.world import Register, level, pay_out, return_body, return_line


def test_any_register_takes_back_what_was_bought_online(register: Register, shop: Shop) -> None:
    body = order(
        item("25.50", quantity=2, off="1.00", taxes=[tax("7.98")]),
        shipping_lines=[shipping("4.90")], total="54.90",
    )  # fmt: skip
    shop.tell("orders/paid", body)
    receipt = f"WS-{body['name'][1:]}"

    shown = register.get(f"sales/{receipt}").json()
    taken = register.post("returns", return_body({"receipt_number": receipt}))

    assert (shown["channel"], shown["store"], shown["total"]) == ("online", "0900", 5490)
    answer = taken.json()
    assert (taken.status_code, answer["decision"], answer["status"]) == (
        201,
        "approved",
        "completed",
    )
    refund = Refund.objects.get()
    assert (refund.kind, refund.amount_minor, refund.status) == ("card", 2500, "submitted")
    assert refund.sale_tender is not None
    assert refund.sale_tender.gateway_ref == f"order:{body['id']}"
    assert pay_out() == 1
    refund.refresh_from_db()
    assert refund.status == "succeeded"
    assert (level("85123A", "0900").on_hand, level("85123A").on_hand) == (-2, 1)


def test_shipping_stays_paid_unless_the_item_says_otherwise(register: Register, shop: Shop) -> None:
    body = order(item("20.00"), shipping_lines=[shipping("4.90")], total="24.90")
    shop.tell("orders/paid", body)
    wanted = return_body({"receipt_number": f"WS-{body['name'][1:]}"}, lines=[return_line(2)])

    assert register.post("returns", wanted).json()["decision"] == "denied"
    Item.objects.filter(sku="SHIPPING").update(returnable=True)
    assert register.post("returns", wanted).json()["decision"] == "approved"


def test_nothing_comes_back_twice(register: Register, shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")
    shop.tell("orders/paid", body)
    wanted = return_body({"receipt_number": f"WS-{body['name'][1:]}"})

    decisions = [register.post("returns", wanted).json()["decision"] for _ in range(2)]
    shop.tell("orders/updated", {**body, "note": "later"})

    assert decisions == ["approved", "denied"]
    assert Refund.objects.count() == 1
