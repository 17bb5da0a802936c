"""When goods arrived, said with the sale or later; and who is found without a receipt."""

from __future__ import annotations

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.sales.models import SaleConflict
from tests.books import nothing_changes
from tests.world import Register, card, line, problem, sale_body

ARRIVED = "2026-11-20T18:00:00Z"


def test_it_may_be_said_with_the_sale(register: Register) -> None:
    sale = register.sell(channel="online", delivered_at=ARRIVED)
    shown = register.get(f"sales/{sale['receipt_number']}").json()
    assert shown["delivered_at"] == ARRIVED


def test_it_may_be_said_later_once_with_the_same_sale(register: Register) -> None:
    sale = register.sell(channel="online")
    later = register.post("sales", {**sale, "delivered_at": ARRIVED})
    assert (later.status_code, SaleConflict.objects.count()) == (200, 0)
    assert register.get(f"sales/{sale['receipt_number']}").json()["delivered_at"] == ARRIVED
    told = Event.objects.get(type="sale.delivered")
    assert told.data["receipt_number"] == sale["receipt_number"]
    assert AuditEntry.objects.get(action="sale.delivered").subject_id == told.subject_id


def test_what_was_said_stands(register: Register) -> None:
    sale = register.sell(delivered_at=ARRIVED)
    register.post("sales", {**sale, "delivered_at": "2026-11-21T18:00:00Z"})
    register.post("sales", {k: v for k, v in sale.items() if k != "delivered_at"})
    assert register.get(f"sales/{sale['receipt_number']}").json()["delivered_at"] == ARRIVED
    assert not Event.objects.filter(type="sale.delivered").exists()


def test_the_card_that_paid_finds_the_sale_with_what_is_left(register: Register) -> None:
    paid = {**card(1530), "card_fingerprint": "fp_1"}
    found = register.sell(tenders=[paid], customer="")
    gone = register.sell(tenders=[{**paid, "gateway_ref": "other"}], customer="")
    register.take_back(gone, "6")
    register.take_back(found, "2")
    (item,) = register.get("sales/search", card_fingerprint="fp_1").json()["items"]
    assert item["receipt_number"] == found["receipt_number"]
    assert item["lines"][0]["returnable_quantity"] == "4"
    assert register.get("sales/search", card_fingerprint="fp_2").json()["items"] == []


def test_a_card_number_is_no_fingerprint(register: Register) -> None:
    paid = {**card(1530), "card_fingerprint": "4242424242424242"}
    with nothing_changes():
        problem(register.post("sales", sale_body(tenders=[paid])), 422, "card-data-refused")


def test_a_search_needs_something_to_go_by(register: Register) -> None:
    register.sell(lines=[line()])
    problem(register.get("sales/search", sku="85123A"), 400, "invalid-request")
