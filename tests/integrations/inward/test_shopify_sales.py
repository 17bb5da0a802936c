"""A paid order of a web shop becomes a sale whose numbers add up to the cent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.integrations.services import give_up_waiting
from apps.inventory.models import Item
from apps.sales.models import Sale
from tests.integrations.inward.orders import (
    Shop,
    item,
    lines_of,
    make_shop,
    order,
    payment,
    refund,
    sale_of,
    sample,
    shipping,
    tax,
    tenders_of,
)
from tests.world import level


def test_a_paid_order_is_a_sale_of_the_shop_it_is_set_to(shop: Shop) -> None:
    body = order(item("25.50", quantity=2, taxes=[tax("8.14")]), total="51.00")

    message = shop.tell("orders/paid", body)

    assert (message.status, message.cause) == ("applied", "")
    sale = sale_of(body)
    assert message.sale_id == sale.pk
    assert (sale.store.number, sale.channel, sale.currency) == ("0900", "online", "EUR")
    assert sale.receipt_number == f"WS-{body['name'][1:]}"
    assert (sale.terminal_number, sale.sequence_number) == ("WS", body["id"])
    assert (sale.customer_ref, sale.total_minor, sale.tax_minor) == ("207119551", 5100, 814)
    assert lines_of(body) == [("85123A", "2", 2550, 0, 5100)]
    assert tenders_of(body) == [("card", 5100, "shopify_payments")]


def test_discounts_taxes_on_top_and_shipping_add_up(shop: Shop) -> None:
    body = order(
        item("99.00", off="14.10", taxes=[tax("7.00", 0.0825, "State"), tax("1.70", 0.02, "City")]),
        item("100.00", sku="GREEN", off="15.00", taxes=[tax("7.01")]),
        shipping_lines=[shipping("22.00", taxes=[tax("1.82")])],
        taxes_included=False,
        total="209.43",
    )

    shop.tell("orders/paid", body)

    assert lines_of(body) == [
        ("85123A", "1", 9900, 1410, 9360),
        ("GREEN", "1", 10000, 1500, 9201),
        ("SHIPPING", "1", 2200, 0, 2382),
    ]
    assert sale_of(body).total_minor == 20943


def test_shipping_is_an_item_that_is_not_given_back_until_somebody_says_so(shop: Shop) -> None:
    Item.objects.create(sku="TIP", name="Ours", returnable=True)
    body = order(
        item("20.00"), shipping_lines=[shipping("4.90"), shipping("0.00")],
        total_tip_received="1.10", total="26.00",
    )  # fmt: skip

    shop.tell("orders/paid", body)

    assert [row[0] for row in lines_of(body)] == ["85123A", "SHIPPING", "TIP"]
    made = Item.objects.get(sku="SHIPPING")
    assert (made.returnable, made.unlisted, made.category) == (False, False, "service")
    assert Item.objects.get(sku="TIP").name == "Ours"


def test_duties_are_a_line_unless_they_are_in_the_prices(shop: Shop) -> None:
    duties = {"shop_money": {"amount": "7.00", "currency_code": "EUR"}}
    on_top = order(item("20.00"), original_total_duties_set=duties, total="27.00")
    inside = order(
        item("20.00"), original_total_duties_set=duties, duties_included=True, total="20.00"
    )

    shop.tell("orders/paid", on_top)
    shop.tell("orders/paid", inside)

    assert [row[0] for row in lines_of(on_top)] == ["85123A", "DUTIES"]
    assert [row[0] for row in lines_of(inside)] == ["85123A"]


def test_a_discounted_or_removed_shipping_counts_as_it_was_paid(shop: Shop) -> None:
    body = order(
        item("20.00"),
        shipping_lines=[
            shipping("9.00", discounted_price="4.00"),
            shipping("5.00", discount_allocations=[{"amount": "2.00"}]),
            shipping("6.00", is_removed=True),
        ],
        total="27.00",
    )

    shop.tell("orders/paid", body)

    assert lines_of(body)[1:] == [
        ("SHIPPING", "1", 900, 500, 400),
        ("SHIPPING", "1", 500, 200, 300),
    ]


def test_a_sold_gift_card_is_final_and_goods_without_a_sku_go_by_their_variant(shop: Shop) -> None:
    body = order(item("50.00", gift_card=True), item("5.00", sku="", variant_id=77), total="55.00")

    shop.tell("orders/paid", body)

    assert [line.final_sale for line in sale_of(body).lines.order_by("line_number")] == [
        True,
        False,
    ]
    assert lines_of(body)[1][0] == "SHOPIFY-77"


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [("JPY", "1200", 1200), ("JPY", "1200.00", 1200), ("KWD", "1.250", 1250)],
)
def test_minor_units_are_those_of_the_currency(
    shop: Shop, currency: str, price: str, minor: int
) -> None:
    shop.row.store.currency = currency
    shop.row.store.save()
    body = order(item(price), total=price, currency=currency)

    shop.tell("orders/paid", body)

    assert sale_of(body).total_minor == minor


def test_a_test_order_is_a_training_sale_and_moves_no_goods(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00", test=True)

    shop.tell("orders/paid", body)

    assert sale_of(body).training
    assert not sale_of(body).lines.get().item.stockmovement_set.exists()


def test_the_goods_leave_the_stock_of_that_shop(shop: Shop) -> None:
    shop.tell("orders/paid", order(item("20.00", quantity=3), total="60.00"))

    assert level("85123A", "0900").on_hand == -3


def test_an_order_for_nothing_is_a_sale_without_a_tender(shop: Shop) -> None:
    body = order(item("20.00", off="20.00"), total="0.00")

    shop.tell("orders/paid", body)

    assert (sale_of(body).total_minor, tenders_of(body)) == (0, [])


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("shopify_payments", "card"), ("bogus", "card"), ("paypal", "wallet"), ("Klarna", "invoice"),
        ("manual", "invoice"), ("Cash on Delivery (COD)", "cash"), ("gift_card", "gift_card"),
    ],
)  # fmt: skip
def test_the_kind_of_tender_goes_by_the_way_to_pay(shop: Shop, way: str, kind: str) -> None:
    body = order(item("20.00"), total="20.00", payment_gateway_names=[way])

    shop.tell("orders/paid", body)

    assert tenders_of(body) == [(kind, 2000, way)]


def test_a_payment_that_was_told_of_gives_its_reference_and_its_card(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")
    paid = payment(body, "20.00")

    noted = shop.tell("order_transactions/create", paid)
    shop.tell("orders/paid", body)

    tender = sale_of(body).tenders.get()
    assert noted.status == "noted"
    assert tender.gateway_ref == f"order:{body['id']}:{paid['id']}"
    assert (tender.card_brand, tender.last4) == ("visa", "4242")


def test_a_way_to_pay_can_be_led_to_a_processor_of_our_own(register: Any) -> None:
    told = {"stripe": {"kind": "card", "gateway": "stripe", "reference": "authorization"}}
    shop = make_shop(gateways=told)
    body = order(item("20.00"), total="20.00", payment_gateway_names=["stripe"])

    shop.tell("order_transactions/create", payment(body, "20.00", gateway="stripe"))
    shop.tell("orders/paid", body)

    tender = sale_of(body).tenders.get()
    assert (tender.gateway, tender.gateway_ref) == ("stripe", "ch_3PqA")


def test_several_ways_to_pay_wait_until_it_is_known_how_much_came_from_each(shop: Shop) -> None:
    ways = ["gift_card", "shopify_payments"]
    body = order(item("50.00"), total="50.00", payment_gateway_names=ways)
    held = shop.tell("orders/paid", body)
    assert (held.status, held.cause) == ("held", "payments-unknown")

    shop.tell("order_transactions/create", payment(body, "30.00", gateway="gift_card"))
    assert not Sale.objects.exists()
    shop.tell("order_transactions/create", payment(body, "20.00"))

    held.refresh_from_db()
    assert held.status == "applied"
    assert tenders_of(body) == [
        ("gift_card", 3000, "gift_card"),
        ("card", 2000, "shopify_payments"),
    ]


def test_payments_that_do_not_come_within_an_hour_are_for_a_person_and_still_count(
    shop: Shop,
) -> None:
    ways = ["gift_card", "shopify_payments"]
    body = order(item("50.00"), total="50.00", payment_gateway_names=ways)
    held, now = shop.tell("orders/paid", body), timezone.now()

    assert give_up_waiting(now=now + timedelta(minutes=59)) == 0
    assert give_up_waiting(now=now + timedelta(minutes=61)) == 1
    held.refresh_from_db()
    assert (held.status, held.cause) == ("rejected", "payments-unknown")
    shop.tell("order_transactions/create", payment(body, "30.00", gateway="gift_card"))
    shop.tell("order_transactions/create", payment(body, "20.00"))

    held.refresh_from_db()
    assert held.status == "applied"


@pytest.mark.parametrize(
    "changes", [{"status": "failure"}, {"kind": "authorization"}, {"kind": "void"}]
)
def test_a_payment_that_did_not_go_through_is_none(shop: Shop, changes: dict[str, str]) -> None:
    body = order(
        item("50.00"), total="50.00", payment_gateway_names=["gift_card", "shopify_payments"]
    )
    shop.tell("order_transactions/create", payment(body, "30.00", gateway="gift_card"))
    shop.tell("order_transactions/create", payment(body, "20.00", **changes))

    assert shop.tell("orders/paid", body).status == "held"


def test_what_went_back_before_is_not_in_the_sale(shop: Shop) -> None:
    body = order(
        item("10.00", quantity=3, off="1.00", taxes=[tax("4.63")]), item("7.00", sku="GREEN"),
        total="36.00", financial_status="partially_refunded", current_total_price="19.33",
    )  # fmt: skip
    body["refunds"] = [refund(body, (0, 1), (1, 1), paid="16.67")]

    shop.tell("orders/paid", body)

    assert lines_of(body) == [("85123A", "2", 1000, 67, 1933)]
    assert sale_of(body).tax_minor == 309
    assert tenders_of(body) == [("card", 1933, "shopify_payments")]


def test_a_refund_that_was_told_of_first_counts_although_the_order_does_not_name_it(
    shop: Shop,
) -> None:
    body = order(item("10.00", quantity=3), total="30.00")

    noted = shop.tell("refunds/create", refund(body, (0, 1), paid="10.00"))
    shop.tell("orders/paid", body)

    assert noted.status == "noted"
    assert lines_of(body) == [("85123A", "2", 1000, 0, 2000)]


def test_refunded_shipping_leaves_the_goods_as_they_are(shop: Shop) -> None:
    body = order(
        item("10.00"), shipping_lines=[shipping("5.00", taxes=[tax("0.80")])], total="15.00"
    )
    of_it = [{"subtotal_amount_set": {"shop_money": {"amount": "5.00"}}}]
    body["refunds"] = [refund(body, paid="5.00", refund_shipping_lines=of_it)]
    body["current_total_price"] = "10.00"

    shop.tell("orders/paid", body)

    assert lines_of(body) == [("85123A", "1", 1000, 0, 1000)]


def test_shipping_refunded_as_older_versions_tell_it(shop: Shop) -> None:
    body = order(item("10.00"), shipping_lines=[shipping("5.00")], total="15.00")
    told = [{"kind": "shipping_refund", "amount": "-2.00"}]
    body["refunds"] = [refund(body, paid="2.00", order_adjustments=told)]
    del body["current_total_price"]

    shop.tell("orders/paid", body)

    assert lines_of(body)[1] == ("SHIPPING", "1", 500, 200, 300)


def test_a_goodwill_refund_makes_every_line_worth_less(shop: Shop) -> None:
    body = order(item("10.00"), item("30.00", sku="GREEN"), total="40.00")
    body["refunds"] = [refund(body, paid="4.00")]

    shop.tell("orders/paid", body)

    assert [row[4] for row in lines_of(body)] == [900, 2700]
    assert sale_of(body).total_minor == 3600


def test_what_the_web_shop_kept_back_is_a_line_that_is_not_given_back(shop: Shop) -> None:
    body = order(item("10.00"), item("30.00", sku="GREEN"), total="40.00")
    body["refunds"] = [refund(body, (0, 1), paid="8.00")]
    body["current_total_price"] = "32.00"

    shop.tell("orders/paid", body)

    assert lines_of(body) == [("GREEN", "1", 3000, 0, 3000), ("KEPT-BACK", "1", 200, 0, 200)]
    assert not Item.objects.get(sku="KEPT-BACK").returnable


def test_an_item_taken_out_before_it_was_paid_was_never_sold(shop: Shop) -> None:
    body = order(item("10.00"), item("30.00", sku="GREEN"), total="40.00")
    body["refunds"] = [refund(body, (0, 1))]
    body["current_total_price"] = "30.00"

    shop.tell("orders/paid", body)

    assert lines_of(body) == [("GREEN", "1", 3000, 0, 3000)]
    assert tenders_of(body) == [("card", 3000, "shopify_payments")]


def test_bodies_of_old_versions_tell_discounts_and_taxes_of_the_order_only(shop: Shop) -> None:
    old = [item("10.00"), item("30.00", sku="GREEN")]
    for row in old:
        del row["discount_allocations"], row["tax_lines"]
    body = order(
        *old, total="38.76", taxes_included=False, total_discounts="4.00", tax_lines=[tax("2.76")]
    )

    shop.tell("orders/paid", body)

    assert sale_of(body).total_minor == 3876
    assert [row[4] for row in lines_of(body)] == [969, 2907]
    assert sale_of(body).tax_minor == 276


def test_shopifys_own_example_adds_up_once_its_surplus_line_is_gone(shop: Shop) -> None:
    shop.row.store.currency = "USD"
    shop.row.store.save()
    body = {**sample("order"), "financial_status": "paid"}

    refused = shop.tell("orders/paid", body)
    body["line_items"] = body["line_items"][:2]
    made = shop.tell("orders/updated", body)

    assert (refused.status, refused.cause) == ("rejected", "numbers")
    assert refused.detail.endswith("608.94 USD, paid 409.94 USD.")
    assert (made.status, sale_of(body).receipt_number) == ("applied", "WS-1001")
    assert (sale_of(body).total_minor, sale_of(body).tax_minor) == (40994, 1194)
    assert tenders_of(body) == [("card", 40994, "authorize_net")]
    refused.refresh_from_db()
    assert refused.status == "duplicate"
