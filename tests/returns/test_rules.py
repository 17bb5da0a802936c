"""Every rule, through the API: its code, its two sentences, its trace, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.returns.models import CustomerReturn, PolicyVersion
from apps.returns.policy.codes import RESPONSES
from tests.books import books
from tests.returns.test_rules_fire import CASES as SETTABLE
from tests.world import (
    Register,
    buckets,
    exchange_line,
    level,
    line,
    make_item,
    publish_policy,
    return_body,
    return_line,
)

Body = dict[str, Any]
# What the answer to a denied return itself is kept in.
KEPT_IN = {
    "returns_customerreturn",
    "returns_returnline",
    "audit_auditentry",
    "audit_unsealedentry",
    "events_event",
    "idempotency_idempotentrequest",
}


def _of(register: Register, sold: dict[str, Any] | None = None, **asked: Any) -> Body:
    body = return_body(register.sell(**(sold or {})), asked.pop("quantity", "1"))
    return {**body, **asked}


def _of_item(register: Register, **flags: Any) -> Body:
    make_item("85123A", **flags)
    return _of(register)


def _no_policy(register: Register) -> Body:
    PolicyVersion.objects.update(status="retired")
    return _of(register)


def _blind(register: Register) -> Body:
    body = _of(register, lines=[{"sku": "85123A", "quantity": "1"}])
    del body["sale"]
    return body


def _too_late(register: Register) -> Body:
    return _of(register, {"sold_at": "2026-01-20T16:41:09+01:00"})


def _returned_before(register: Register) -> Body:
    sale = register.sell()
    register.take_back(sale, "5")
    return return_body(sale, "2")


def _promised_before(register: Register) -> Body:
    sale = register.sell()
    register.authorize(sale, "5")
    return return_body(sale, "2")


def _swap(register: Register, *exchange: Body) -> Body:
    return _of(register, exchange=list(exchange), refund_to="exchange")


def _out_of_stock(register: Register) -> Body:
    register.count_stock("RED", "1")
    return _swap(register, exchange_line("RED"), exchange_line("RED"))


def _promised_away(register: Register) -> Body:
    register.count_stock("RED", "1")
    register.authorize(register.sell(), exchange=[exchange_line("RED")])
    return _swap(register, exchange_line("RED"))


def _not_stocked(register: Register) -> Body:
    make_item("RED")
    return _swap(register, exchange_line("RED"))


CASES: dict[str, tuple[str, str, Callable[[Register], Body]]] = {
    "unknown receipt": (
        "sale-unknown",
        "sale_known",
        lambda r: _of(r, sale={"receipt_number": "T-none"}),
    ),
    "unknown natural key": (
        "sale-unknown",
        "sale_known",
        lambda r: _of(
            r,
            sale={
                "store": "0042", "terminal": "03", "business_date": "2026-11-20", "sequence_number": 0,
            },
        ),
    ),
    "without a receipt": ("receipt-required", "sale_known", _blind),
    "training": ("sale-training", "sale_known", lambda r: _of(r, {"training": True})),
    "voided": ("sale-voided", "sale_known", lambda r: _of(r, {"voided": True})),
    "currency": ("sale-other-currency", "sale_known", lambda r: _of(r, {"currency": "USD"})),
    "no such line": (
        "line-not-on-receipt",
        "line_belongs",
        lambda r: _of(r, lines=[return_line(2)]),
    ),
    "another SKU": (
        "line-not-on-receipt",
        "line_belongs",
        lambda r: _of(r, lines=[return_line(1, sku="RED")]),
    ),
    "a SKU and no line": (
        "line-not-on-receipt",
        "line_belongs",
        lambda r: _of(r, lines=[{"sku": "85123A", "quantity": "1"}]),
    ),
    "more than sold": ("quantity-exceeded", "quantity_left", lambda r: _of(r, quantity="6.001")),
    "returned before": ("quantity-exceeded", "quantity_left", _returned_before),
    "promised before": ("quantity-exceeded", "quantity_left", _promised_before),
    "too late": ("window-expired", "window", _too_late),
    "final sale": (
        "final-sale",
        "returnable",
        lambda r: _of(r, {"lines": [line(final_sale=True)]}),
    ),
    "not returnable": ("not-returnable", "returnable", lambda r: _of_item(r, returnable=False)),
    "hazardous": ("hazardous", "returnable", lambda r: _of_item(r, hazardous=True)),
    "exchange for nothing": (
        "exchange-unknown-item",
        "stock_now",
        lambda r: _swap(r, exchange_line("NONE")),
    ),
    "exchange not here": ("exchange-not-stocked", "stock_now", _not_stocked),
    "exchange all gone": ("exchange-out-of-stock", "stock_now", _out_of_stock),
    "exchange promised away": ("exchange-out-of-stock", "stock_now", _promised_away),
    "no policy": ("no-policy", "policy", _no_policy),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_denied_return_is_an_answer_with_code_and_sentences(
    register: Register, case: str
) -> None:
    code, _, make = CASES[case]
    response = register.post("returns", make(register))
    answer = response.json()
    assert (response.status_code, answer["status"], answer["decision"]) == (
        201,
        "denied",
        "denied",
    )
    assert answer["lines"][0]["codes"][0] == code
    assert {"to": "operator", "code": code, "text": RESPONSES[code].operator} in answer["messages"]
    assert {"to": "customer", "code": code, "text": RESPONSES[code].customer} in answer["messages"]
    assert (answer["refund_total"], answer["amount_due"], answer["refunds"]) == (0, 0, [])
    assert answer["expires_at"] is None
    assert all((row["refund"], row["disposition"]) == (0, "") for row in answer["lines"])


@pytest.mark.parametrize("case", CASES)
def test_a_denied_return_is_kept_with_its_trace_and_changes_neither_stock_nor_money(
    register: Register, case: str
) -> None:
    code, rule, make = CASES[case]
    body = make(register)
    before = books()
    answer = register.post("returns", body).json()
    after = books()
    assert {t for t in before if before[t] != after[t]} == KEPT_IN
    kept = CustomerReturn.objects.get(pk=answer["id"])
    assert (kept.status, kept.decision, kept.refund_total_minor) == ("denied", "denied", 0)
    assert (rule, code) in {(row["rule"], row["code"]) for row in kept.trace}
    assert kept.messages == [
        {"to": message["to"], "code": message["code"]} for message in answer["messages"]
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_denied_return_is_shown_as_it_was_answered(register: Register, case: str) -> None:
    answer = register.post("returns", CASES[case][2](register)).json()
    shown = register.get(f"returns/{answer['id']}").json()
    assert shown | {"occurred_at": ""} == answer | {"occurred_at": ""}


def test_every_code_has_a_test_and_sentences() -> None:
    approving = {"ok", "recalled", "clock-suspect"}
    elsewhere = {  # test_adjustments, test_exchange, test_override
        "adjustment-above-limit", "adjustment-too-large", "exchange-recalled", "manager-refused",
    }  # fmt: skip
    here = {code for code, _, _ in CASES.values()} | approving | set(SETTABLE)
    assert here | elsewhere == set(RESPONSES)
    assert all(response.operator for response in RESPONSES.values())
    assert all(RESPONSES[code].customer for code, _, _ in CASES.values())


def test_a_denied_return_is_told_and_in_the_trail(register: Register) -> None:
    answer = register.post("returns", _too_late(register)).json()
    told = Event.objects.get(type="return.denied")
    assert (told.subject_id, told.data["lines"][0]["codes"]) == (answer["id"], ["window-expired"])
    entry = AuditEntry.objects.get(action="return.denied")
    assert (entry.subject_id, entry.reason, entry.outcome) == (
        answer["id"],
        "window-expired",
        "denied",
    )


def test_recalled_goods_are_always_taken_and_go_to_quarantine(register: Register) -> None:
    make_item("85123A", recalled=True, returnable=False, hazardous=True)
    sale = register.sell(lines=[line(final_sale=True)])
    answer = register.take_back(sale).json()
    assert (answer["status"], answer["lines"][0]["codes"]) == ("completed", ["recalled"])
    assert answer["lines"][0]["disposition"] == "quarantine"
    assert buckets("85123A") == {"sellable": -6, "quarantine": 1}
    assert [m["text"] for m in answer["messages"]] == [
        RESPONSES["recalled"].operator,
        RESPONSES["recalled"].customer,
    ]


def test_the_worst_line_decides_and_nothing_is_worth_anything(register: Register) -> None:
    sale = register.sell(lines=[line(1), line(2, sku="B", final_sale=True)])
    answer = register.take_back(sale, lines=[return_line(1), return_line(2)]).json()
    assert answer["decision"] == "denied"
    assert [(row["outcome"], row["codes"], row["refund"]) for row in answer["lines"]] == [
        ("approved", ["ok"], 0),
        ("denied", ["final-sale"], 0),
    ]
    assert level("85123A").on_hand == -6


def test_every_reason_against_it_is_named(register: Register) -> None:
    publish_policy(days=0)
    lines = [line(final_sale=True)]
    sale = register.sell(lines=lines, sold_at="2026-11-01T10:00:00Z", currency="USD")
    answer = register.take_back(sale, "7", exchange=[exchange_line("NONE")]).json()
    assert set(answer["lines"][0]["codes"]) == {
        "sale-other-currency",
        "window-expired",
        "exchange-unknown-item",
        "quantity-exceeded",
        "final-sale",
    }


def test_an_approved_return_traces_every_rule_it_passed(register: Register) -> None:
    register.count_stock("RED", "5")
    sale = register.sell()
    answer = register.take_back(sale, exchange=[exchange_line("RED")]).json()
    trace = CustomerReturn.objects.get(pk=answer["id"]).trace
    assert [(row["rule"], row["line"], row["code"]) for row in trace] == [
        ("policy", None, "ok"),
        ("sale_known", None, "ok"),
        ("window", None, "ok"),
        ("stock_now", None, "ok"),
        ("line_belongs", 1, "ok"),
        ("quantity_left", 1, "ok"),
        ("returnable", 1, "ok"),
    ]
    assert trace[5]["inputs"] == {
        "sold": "6.000", "returned": "0.000", "authorized": "0.000", "requested": "1",
    }  # fmt: skip
