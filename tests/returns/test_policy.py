"""`decide` by itself: pure, and therefore tested without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from apps.returns.commands import AskedExchange, AskedLine
from apps.returns.policy import ExchangeFacts, Facts, LineFacts, Rulebook, decide
from apps.returns.policy.settings import Rules, default_rules, validate_rules
from apps.sales.commands import LineOfSale, SaleFacts, TaxOfLine

SALE_ID = UUID(int=1)
RULES = Rules.from_json(default_rules())


def sold_line(number: int = 1, **changes: Any) -> LineOfSale:
    line = LineOfSale(
        id=number, line_number=number, item_id=number, sku=f"SKU-{number}", description="",
        quantity=Decimal(3), total_minor=100, authorized_quantity=Decimal(0),
        returned_quantity=Decimal(0), refunded_minor=0, serial_number="", final_sale=False,
        returnable=True, hazardous=False, recalled=False,
        taxes=(TaxOfLine(number * 10, "VAT", True, 20, 0),),
    )  # fmt: skip
    return replace(line, **changes)


def asked(
    number: int = 1, quantity: str = "1", sale_line: int | None = 1, **changes: Any
) -> AskedLine:
    line = AskedLine(number, sale_line, "", Decimal(quantity), "", "", "")
    return replace(line, **changes)


def facts(*lines: LineFacts, **changes: Any) -> Facts:
    sold = datetime(2026, 11, 1, 12, tzinfo=UTC)
    sale = SaleFacts(SALE_ID, "T-1", 1, "EUR", sold, "store", "", False, False, (), ())
    everything = Facts(
        kind="receipted", sale=sale, lines=lines or (LineFacts(asked(), sold_line()),), exchange=(),
        rulebook=Rulebook(1, "Standard", 3, RULES), reasons={}, conditions={},
        store_id=1, region_id=None, store_currency="EUR", store_timezone="Europe/Berlin",
        at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip
    return replace(everything, **changes)


def test_the_same_facts_always_give_the_same_answer() -> None:
    assert decide(facts()) == decide(facts())


def test_a_line_is_worth_its_share_with_its_taxes() -> None:
    (line,) = decide(facts()).lines
    assert (line.worth.refund, line.worth.net, line.worth.tax) == (33, 26, 7)
    assert line.worth.taxes == ((10, 7),)


def test_two_lines_on_one_sale_line_share_what_is_left() -> None:
    sold = sold_line()
    lines = [LineFacts(asked(n, "1"), sold) for n in (1, 2, 3)]
    decision = decide(facts(*lines))
    assert [line.worth.refund for line in decision.lines] == [33, 34, 33]
    assert decision.line_total == 100


def test_two_lines_on_one_sale_line_cannot_take_more_than_is_left() -> None:
    sold = sold_line(returned_quantity=Decimal(1), refunded_minor=33)
    decision = decide(facts(LineFacts(asked(1, "1"), sold), LineFacts(asked(2, "2"), sold)))
    assert [line.codes for line in decision.lines] == [("ok",), ("quantity-exceeded",)]
    assert decision.line_total == 0


@pytest.mark.parametrize(
    ("reason", "condition", "expected"),
    [
        ("damaged", "new", "damaged"),
        ("remorse", "new", "return_to_stock"),
        ("remorse", "broken", "quarantine"),
        ("", "", "quarantine"),
    ],
)
def test_the_reason_decides_where_goods_go_and_else_the_condition(
    reason: str, condition: str, expected: str
) -> None:
    words: dict[str, Any] = {
        "reasons": {"damaged": "damaged", "remorse": ""},
        "conditions": {"new": "return_to_stock"},
    }
    line = LineFacts(asked(reason=reason, condition=condition), sold_line())
    assert decide(facts(line, **words)).lines[0].disposition == expected


def test_recalled_goods_go_to_quarantine_whatever_is_said() -> None:
    line = LineFacts(asked(reason="damaged"), sold_line(recalled=True, final_sale=True))
    decision = decide(facts(line, reasons={"damaged": "damaged"}))
    assert (decision.approved, decision.lines[0].disposition) == (True, "quarantine")


def test_exchange_goods_are_claimed_one_line_after_the_other() -> None:
    rows = [
        ExchangeFacts(AskedExchange(n, "RED", Decimal(2), 50), item_id=9, available=Decimal(3))
        for n in (1, 2)
    ]
    decision = decide(facts(exchange=tuple(rows)))
    assert [row["code"] for row in decision.trace if row["rule"] == "stock_now"] == [
        "ok",
        "exchange-out-of-stock",
    ]


def test_exchange_goods_are_priced_as_asked() -> None:
    row = ExchangeFacts(AskedExchange(1, "RED", Decimal("0.350"), 1999), 9, Decimal(3))
    decision = decide(facts(exchange=(row,)))
    assert (decision.approved, decision.exchange_total) == (True, 700)


def test_without_policy_and_sale_there_is_an_answer_nonetheless() -> None:
    blind = facts(LineFacts(asked(), None), kind="blind", sale=None, rulebook=None)
    decision = decide(blind)
    assert decision.lines[0].codes == ("no-policy", "receipt-required")
    assert [row["rule"] for row in decision.trace] == ["policy", "sale_known"]


def test_the_settings_to_begin_with_are_valid() -> None:
    validate_rules(default_rules())
    rules = Rules.from_json(default_rules())
    assert (rules.window.days, rules.authorization.hours) == (30, 24)


@pytest.mark.parametrize(
    "rules",
    [
        {},
        [],
        None,
        {"window": {"days": 30}},
        {"window": {"days": "30"}, "authorization": {"hours": 24}},
        {"window": {"days": True}, "authorization": {"hours": 24}},
        {"window": {"days": -1}, "authorization": {"hours": 24}},
        {"window": {"days": 3_651}, "authorization": {"hours": 24}},
        {"window": {"days": 30}, "authorization": {"hours": 0}},
        {"window": {"days": 30}, "authorization": {"hours": 24}, "holiday": {}},
    ],
)
def test_settings_that_do_not_fit_are_refused(rules: Any) -> None:
    with pytest.raises(ValidationError):
        validate_rules(rules)
