"""A return's page tells its story, to whom may read it."""

from __future__ import annotations

from django.test import Client

from apps.events.services import place_events
from apps.returns.models import CustomerReturn
from tests.admin.helpers import page, read, rows, url
from tests.world import Register, card, exchange_line, line, pay_out, return_body


def test_the_story_of_a_completed_return(it: Client, register: Register) -> None:
    sale = register.sell(tenders=[card(1530)])
    register.take_back(sale, "2")
    pay_out()
    place_events()
    made = CustomerReturn.objects.get()

    text = read(it, page(made))

    for said in (
        made.number, "Approved Completed 5.10 EUR back to the customer", sale["receipt_number"],
        "Card visa •••• 4242: 15.30 EUR, gone back 5.10 EUR", "operator 1042", "Changed their mind",
        "May come back.", "Decided by Standard v1", "Within the return window", "Back to the shelf",
        "Stock movements 2", "5.10 EUR Paid back", "Asked", "return.completed", "refund.succeeded",
    ):  # fmt: skip
        assert said in text, said
    assert "{" not in text


def test_the_story_of_a_denied_return(it: Client, register: Register) -> None:
    register.post("returns", return_body({"receipt_number": "T-404"}))

    text = read(it, page(CustomerReturn.objects.get()))

    assert "Denied No money goes back" in text
    assert "Receipt T-404 was named, and no such sale is known here." in text
    assert "No sale under this receipt. Check the number, or search by customer." in text
    assert "Nothing moved: the return was denied." in text


def test_the_story_of_an_exchange_shows_how_the_money_adds_up(
    it: Client, register: Register
) -> None:
    register.count_stock("71053", "5")
    sale = register.sell()
    body = return_body(sale, "2", exchange=[exchange_line("71053", "1", 339)])
    assert register.post("returns", body).status_code == 201

    text = read(it, page(CustomerReturn.objects.get()))

    assert "3.39 EUR exchange goods = 1.71 EUR" in text
    assert "goes out in exchange" in text


def test_money_that_was_declined_is_told_to_the_end(it: Client, register: Register) -> None:
    register.take_back(register.sell(tenders=[card(1530, ref="sbx_decline_1")]), "1")
    pay_out()

    text = read(it, page(CustomerReturn.objects.get()))

    assert "Paid another way declined" in text
    assert "Store credit" in text
    assert "SC-" in text


def test_managers_read_the_story_without_the_trail(manager: Client, register: Register) -> None:
    register.take_back(register.sell(), "1")

    text = read(manager, page(CustomerReturn.objects.get()))

    assert "Who was told" in text
    assert "The trail" not in text
    assert "Idempotency-Key" not in text


def test_filters_answer_the_questions_people_ask(it: Client, register: Register) -> None:
    sale = register.sell(lines=[line(), line(2, sku="71053")])
    register.take_back(sale, "1")
    register.take_back(sale, "60")
    register.take_back(sale, "1", complete=False)

    counted = {
        name: rows(it, CustomerReturn, **query)
        for name, query in {
            "denied": {"decision": "denied"},
            "open": {"status": "authorized"},
            "hour": {"received_at": "hour"},
            "shop": {"store": str(register.store.pk)},
            "other shop": {"store": str(register.store.pk + 1)},
            "blind": {"kind": "blind"},
        }.items()
    }

    assert counted == {
        "denied": 1, "open": 1, "hour": 3, "shop": 3, "other shop": 0, "blind": 0,
    }  # fmt: skip


def test_an_unknown_return_is_not_here(it: Client, db: None) -> None:
    for key in ("nonsense", "0" * 32):
        response = it.get(url(CustomerReturn, "change", key))
        assert response.status_code == 302
        assert response["Location"] == "/admin/"
