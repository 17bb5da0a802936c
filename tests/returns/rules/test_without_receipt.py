from __future__ import annotations

from typing import Any

import pytest

from apps.returns.policy import LineFacts
from apps.returns.policy.facts import Counters, Tally
from tests.returns.rules.made import blind, decided, inputs, ruled, said, without_receipt
from tests.returns.test_policy import asked

STRANGER = {"id_shown": False, "returner_known": False}


def before(count: int, amount: int) -> dict[str, Any]:
    return {"counters": Counters(without_receipt=Tally(count, amount))}


def test_goods_are_worth_the_lowest_price_and_the_money_is_store_credit() -> None:
    decision = decided(without_receipt(blind("2")))
    assert (decision.outcome, decision.refund_total, decision.refund_to) == (
        "approved",
        500,
        "store_credit",
    )
    assert (decision.lines[0].item_id, decision.lines[0].worth.tax) == (1, 0)


def test_goods_by_weight_are_worth_their_weight() -> None:
    assert decided(without_receipt(blind("0.350", 1999))).refund_total == 700


@pytest.mark.parametrize(
    ("kind", "code"), [("blind", "receipt-required"), ("unverified", "sale-unknown")]
)
@pytest.mark.parametrize(
    ("action", "outcome"), [("deny", "denied"), ("override", "needs_override"), ("allow", None)]
)
def test_whether_they_are_taken_at_all_is_the_policys(
    kind: str, code: str, action: str, outcome: str | None
) -> None:
    what = without_receipt(changes={"kind": kind}, **{kind: action})
    assert said(what, "sale_known") == ((code, outcome) if outcome else ("ok", "approved"))


def test_an_identity_document_is_asked_for() -> None:
    assert said(without_receipt(), "identity") == ("ok", "approved")
    assert said(without_receipt(changes=STRANGER), "identity") == ("id-required", "contingent")
    unasked = without_receipt(changes=STRANGER, id_required=False)
    assert said(unasked, "identity") == ("ok", "approved")
    assert said(ruled(), "identity") is None


def test_what_is_not_known_or_has_no_price_is_refused() -> None:
    nobody = LineFacts(asked(sale_line=None, sku="NONE"), None)
    assert said(without_receipt(nobody), "item_known") == ("item-unknown", "denied")
    assert said(without_receipt(blind(lowest=None)), "price_known") == ("price-unknown", "denied")


@pytest.mark.parametrize(("cap", "code"), [(500, "ok"), (499, "no-receipt-cap")])
def test_one_return_has_a_cap(cap: int, code: str) -> None:
    what = without_receipt(blind("2"), cap={"EUR": cap})
    assert said(what, "no_receipt_cap") == (code, "approved" if code == "ok" else "denied")


@pytest.mark.parametrize(
    ("earlier", "limits", "code"),
    [
        ((1, 0), {"customer_count": 2}, "ok"),
        ((2, 0), {"customer_count": 2}, "no-receipt-limit"),
        ((9, 500), {"customer_amount": {"EUR": 1000}}, "ok"),
        ((9, 501), {"customer_amount": {"EUR": 1000}}, "no-receipt-limit"),
        ((9, 9), {"customer_amount": {"USD": 1}}, None),
    ],
)
def test_a_customer_has_a_count_and_an_amount(earlier: Any, limits: Any, code: str | None) -> None:
    found = said(
        without_receipt(blind("2"), changes=before(*earlier), **limits), "no_receipt_customer"
    )
    assert (found[0] if found else None) == code


def test_who_is_not_known_cannot_be_counted_and_is_asked() -> None:
    what = without_receipt(changes=STRANGER, customer_count=2, id_required=False)
    assert said(what, "no_receipt_customer") == ("customer-required", "contingent")


def test_recalled_goods_are_taken_where_nothing_else_is() -> None:
    what = without_receipt(blind(recalled=True), changes=STRANGER, blind="deny", cap={"EUR": 1})
    decision = decided(what)
    assert (decision.outcome, decision.refund_total) == ("approved", 250)
    assert decision.lines[0].disposition == "quarantine"
    free = decided(without_receipt(blind(recalled=True, lowest=None), blind="deny"))
    assert (free.outcome, free.refund_total) == ("approved", 0)


def test_the_trace_says_how_often_and_how_much() -> None:
    what = without_receipt(changes=before(2, 700), customer_count=5)
    assert inputs(what, "no_receipt_customer") == {
        "days": 90, "count": 3, "count_limit": 5, "amount_minor": 950, "limit_minor": None,
    }  # fmt: skip


def test_where_they_are_not_taken_nobody_is_asked_who_they_are() -> None:
    what = without_receipt(changes=STRANGER, blind="deny", customer_count=2, cap={"EUR": 1})
    assert said(what, "sale_known") == ("receipt-required", "denied")
    assert said(what, "identity") is None
    assert said(what, "no_receipt_customer") is None
