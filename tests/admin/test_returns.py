"""A return's page tells its story, to whom may read it."""

from __future__ import annotations

from django.test import Client

from apps.events.services import place_events
from apps.returns.models import CustomerReturn
from tests.admin.helpers import page, read, rows, url
from tests.world import Register, card, exchange_line, line, pay_out, publish_policy, return_body


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

    assert "Denied No sale under this receipt. Check the number, or search by customer." in text
    assert "Receipt T-404 was named, and no such sale is known here." in text
    assert "Nothing moved: the return was denied." in text


def test_a_denial_is_found_by_the_reference_that_the_customer_quotes(
    it: Client, register: Register
) -> None:
    answer = register.post("returns", return_body({"receipt_number": "T-404"})).json()
    register.post("returns", return_body({"receipt_number": "T-405"}))

    assert answer["appeal_reference"] in read(it, page(CustomerReturn.objects.get(pk=answer["id"])))
    assert rows(it, CustomerReturn, q=answer["appeal_reference"].lower()) == 1
    assert rows(it, CustomerReturn, q=answer["appeal_reference"][:-1] + "?") == 0


def test_the_story_of_a_return_that_waits_says_why_in_words(it: Client, register: Register) -> None:
    holidays = [{"first": "2026-01-01", "last": "2026-01-31", "until": "2026-02-28"}]
    publish_policy(
        rules={
            "window": {"days": 10, "late": "override", "holidays": holidays},
            "conditions": {"rows": [{"condition": "unopened", "fee_percent": "10"}]},
            "amount": {"ask_above": {"EUR": 400}},
            "stock": {"not_ranged": "transfer"},
        }
    )
    register.take_back(register.sell(sold_at="2026-01-20T16:41:09+01:00"), "2")

    text = read(it, page(CustomerReturn.objects.get()))

    for said in (
        "A manager may allow it Waits for approval 4.59 EUR would go back to the customer",
        "Nothing moves before a manager has allowed it.", "The return window has ended.",
        "last day 28 Feb 2026", "holidays, until 28 Feb 2026",
        "No more than without a manager", "amount 4.59 EUR at most 4.00 EUR",
        "A restocking fee", "worth 5.10 EUR fee 0.51 EUR", "carried here yes", "sold 6 came back 0",
    ):  # fmt: skip
        assert said in text, said
    assert "_minor" not in text
    assert "{" not in text


def test_the_story_of_a_return_without_receipt(it: Client, register: Register) -> None:
    publish_policy(rules={"no_receipt": {"blind": "allow", "customer_count": 3}})
    register.sell()
    document = {"kind": "passport", "issuer": "DE", "number": "C01X00T47"}
    row = {"sku": "85123A", "quantity": "1"}
    register.post("returns", {"lines": [row], "id_document": document, "complete": True})

    text = read(it, page(CustomerReturn.objects.get()))

    for said in (
        "The customer came without a receipt.", "an identity document was shown",
        "It has a recent price", "lowest price 2.55 EUR", "document shown yes",
        "how often 1 at most so often 3", "Store credit",
    ):  # fmt: skip
        assert said in text, said


def test_the_story_of_an_exchange_shows_how_the_money_adds_up(
    it: Client, register: Register
) -> None:
    register.count_stock("71053", "5")
    sale = register.sell()
    body = return_body(sale, "2", exchange=[exchange_line("71053", "1", 339)])
    assert register.post("returns", body).status_code == 201

    text = read(it, page(CustomerReturn.objects.get()))

    assert "Worth of the goods 5.10 EUR Exchange goods -3.39 EUR" in text
    assert "Back to the customer 1.71 EUR" in text
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
