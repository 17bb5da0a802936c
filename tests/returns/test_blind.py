"""Returns without a sale, from asking to money: priced, authorized, completed, voided, forgotten."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from apps.returns.models import CustomerReturn
from tests.books import books
from tests.returns.test_rules_fire import ALLOWED, DOCUMENT, blind, shown
from tests.threads import together
from tests.world import Register, buckets, card, line, publish_policy, return_body


@pytest.fixture
def open_handed(register: Register) -> Register:
    publish_policy(rules={"no_receipt": ALLOWED})
    return register


def test_worth_the_lowest_price_as_store_credit(open_handed: Register) -> None:
    open_handed.sell(lines=[line(unit_price=199, quantity="2")])
    open_handed.sell(lines=[line(unit_price=1, quantity="1")], training=True)
    answer = open_handed.post("returns", shown(open_handed, "3")).json()
    assert (answer["kind"], answer["status"], answer["refund_total"]) == ("blind", "completed", 597)
    assert [(r["kind"], r["amount"]) for r in answer["refunds"]] == [("store_credit", 597)]
    assert (answer["scope"], answer["lines"][0]["tax"]) == ("", 0)
    assert buckets("85123A")["sellable"] == -6 - 2 + 3


def test_a_receipt_that_is_not_known(open_handed: Register) -> None:
    body = shown(open_handed, sale={"receipt_number": "T-none"})
    answer = open_handed.post("returns", body).json()
    assert (answer["kind"], answer["status"]) == ("unverified", "completed")
    assert answer["receipt_number"] == "T-none"


def test_authorized_first_and_fewer_goods_later(open_handed: Register) -> None:
    authorized = open_handed.post("returns", shown(open_handed, "3", complete=False)).json()
    assert [(r["kind"], r["amount"], r["status"]) for r in authorized["refunds"]] == [
        ("store_credit", 765, "planned")
    ]
    answer = open_handed.complete(authorized, {"number": 1, "quantity": "2"}).json()
    assert (answer["refund_total"], answer["lines"][0]["quantity"]) == (510, "2")
    assert buckets("85123A")["sellable"] == -6 + 2


def test_voided_before_the_goods_came(open_handed: Register) -> None:
    authorized = open_handed.post("returns", shown(open_handed, complete=False)).json()
    assert open_handed.void(authorized).json()["status"] == "voided"


def test_the_document_is_nowhere(open_handed: Register) -> None:
    body = shown(open_handed)
    answered = open_handed.post("returns", body)
    for number in ("C01X 00T47", "C01X00T47", "00T47"):
        assert number not in "".join(books().values())
        assert number.encode() not in answered.content
    kept = CustomerReturn.objects.get()
    assert len(kept.id_hash) == 64


def test_it_is_one_document_however_it_is_typed(open_handed: Register) -> None:
    for number in ("c01x00t47", "C01X-00T-47"):
        open_handed.post("returns", blind(open_handed, id_document={**DOCUMENT, "number": number}))
    open_handed.post("returns", blind(open_handed, id_document={**DOCUMENT, "issuer": "FR"}))
    hashes = list(CustomerReturn.objects.order_by("received_at").values_list("id_hash", flat=True))
    assert (hashes[0] == hashes[1], hashes[0] == hashes[2]) == (True, False)


def test_the_same_request_again_is_answered_with_the_same_bytes(open_handed: Register) -> None:
    body, key = shown(open_handed), "0042-03-261121-blind-1"
    answered = open_handed.post("returns", body, key=key)
    assert open_handed.post("returns", body, key=key).content == answered.content
    other = {**body, "id_document": {**DOCUMENT, "number": "X"}}
    assert open_handed.post("returns", other, key=key).status_code == 422


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"customer": "C-7"}, {"customer": "C-7", "card_fingerprint": "fp_2"}),
        ({"card_fingerprint": "fp_1"}, {"card_fingerprint": "fp_1"}),
        ({"id_document": DOCUMENT, "customer": "C-7"}, {"id_document": DOCUMENT}),
    ],
    ids=["customer", "card", "document"],
)
def test_a_customer_is_known_by_any_of_three_signs(
    register: Register, first: dict[str, Any], second: dict[str, Any]
) -> None:
    settings = {**ALLOWED, "id_required": False, "customer_count": 1}
    publish_policy(rules={"no_receipt": settings})
    assert register.post("returns", blind(register, **first)).json()["decision"] == "approved"
    assert register.post("returns", blind(register, **second)).json()["decision"] == "denied"
    stranger = blind(register, customer="C-8")
    assert register.post("returns", stranger).json()["decision"] == "approved"


def test_whoever_pays_by_card_is_known_by_it(register: Register) -> None:
    publish_policy(rules={"returner": {"count": 1}})
    paid = [{**card(1530), "card_fingerprint": "fp_1"}]
    for expected in ("approved", "needs_override"):
        sale = register.sell(customer="", tenders=paid)
        assert register.take_back(sale).json()["decision"] == expected


def test_a_gift_receipt_gives_the_recipient_credit_and_not_the_buyer(register: Register) -> None:
    sale = register.sell(tenders=[card(1530)])
    answer = register.post("returns", return_body(sale, gift_receipt=True, customer="C-9")).json()
    assert (answer["kind"], answer["refund_total"]) == ("gift_receipt", 255)
    assert [r["kind"] for r in answer["refunds"]] == ["store_credit"]
    assert CustomerReturn.objects.get().customer_ref == "C-9"
    unnamed = register.post("returns", return_body(sale, gift_receipt=True)).json()
    assert CustomerReturn.objects.get(pk=unnamed["id"]).customer_ref == ""


@pytest.mark.django_db(transaction=True)
def test_two_registers_cannot_both_be_the_last_one_allowed() -> None:
    from tests.world import make_register

    register = make_register()
    publish_policy(rules={"no_receipt": {**ALLOWED, "customer_count": 1}})
    body = shown(register)
    tills = [register.alone() for _ in range(4)]
    answers = together([partial(till.post, "returns", body) for till in tills])
    assert sorted(a.json()["decision"] for a in answers) == [
        "approved",
        "denied",
        "denied",
        "denied",
    ]
