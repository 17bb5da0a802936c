"""What returns and refunds mean in the books: it balances, or it is not booked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.integrations.policy.accounting import Entry, NotBookable, Posting, entry_of
from tests.integrations.connectors.events import line, message, refunded, returned


def entry(type_: str = "return.completed", data: dict[str, Any] | None = None) -> Entry | None:
    return entry_of(message(type_, data).body)


def postings(type_: str = "return.completed", data: dict[str, Any] | None = None) -> list[Any]:
    made = entry(type_, data)
    assert made is not None
    return [(one.role, one.key, one.minor) for one in made.postings]


def test_a_return_gives_back_revenue_and_tax_and_owes_the_customer() -> None:
    assert postings() == [
        ("returns", "", 2238), ("tax", "VAT-S", 380), ("tax", "VAT-R", 17), ("clearing", "", -2635),
    ]  # fmt: skip


def test_a_refund_pays_what_is_owed() -> None:
    assert postings("refund.succeeded", refunded(2635, "gift_card")) == [
        ("clearing", "", 2635), ("tender", "gift_card", -2635),
    ]  # fmt: skip


def test_exchange_goods_fees_and_what_is_paid_on_top() -> None:
    data = returned(refund_total=0, exchange_total=3000, amount_due=465, fee_total=100)

    assert postings(data=data) == [
        ("returns", "", 2238), ("due", "", 465), ("tax", "VAT-S", 380), ("tax", "VAT-R", 17),
        ("fees", "", -100), ("exchange", "", -3000),
    ]  # fmt: skip


def test_changes_by_staff_and_rounded_cash_are_booked_beside_the_goods() -> None:
    data = returned(
        refund_total=2400, fee_total=100, fees_kept_by="0007", adjustment_total=-137, rounding=2
    )

    assert postings(data=data) == [
        ("returns", "", 2238), ("tax", "VAT-S", 380), ("tax", "VAT-R", 17), ("rounding", "", 2),
        ("fees", "0007", -100), ("adjustments", "", -137), ("clearing", "", -2400),
    ]  # fmt: skip


def test_a_void_turns_every_sign() -> None:
    turned = [(role, key, -minor) for role, key, minor in postings()]

    assert sorted(postings("return.voided", returned())) == sorted(turned)


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("return.voided", returned(completed=False)),
        ("return.authorized", returned()),
        ("refund.failed", refunded()),
        ("stock.changed", {"items": []}),
        ("policy.published", {}),
    ],
)
def test_what_moves_no_money_is_no_entry(type_: str, data: dict[str, Any]) -> None:
    assert entry(type_, data) is None


def test_nothing_paid_for_nothing_is_booked_as_nothing() -> None:
    free = returned(refund_total=0, lines=[line(1, "TEE-M", "1", 0, 0)])

    made = entry(data=free)

    assert made is not None
    assert made.postings == ()


def test_cost_goes_back_to_stock_where_a_line_says_it() -> None:
    data = returned(refund_total=2380, lines=[{**line(1, "TEE-M", "2", 2380, 380), "cost": 900}])

    assert postings(data=data) == [
        ("returns", "", 2000), ("stock", "", 900), ("tax", "VAT-S", 380), ("cost", "", -900),
        ("clearing", "", -2380),
    ]  # fmt: skip


def test_an_event_of_before_the_codes_of_taxes() -> None:
    old = {
        name: value for name, value in line(1, "TEE-M", "2", 2380, 380).items() if name != "taxes"
    }
    data = returned(refund_total=2380, lines=[old])
    for later in ("amount_due", "fee_total", "completed", "exchange"):
        del data[later]

    assert postings(data=data) == [
        ("returns", "", 2000), ("tax", "unknown", 380), ("clearing", "", -2380),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"refund_total": 2634}, "debit and credit differ by 1"),
        ({"refund_total": "2635"}, "'2635' is no amount in minor units"),
        ({"refund_total": 26.35}, "26.35 is no amount"),
        ({"exchange_total": None}, "None is no amount"),
        ({"lines": None}, "TypeError"),
        ({"lines": [{}]}, "KeyError: 'refund'"),
        ({"lines": [{**line(1, "A", "1", 2635, 5), "taxes": []}]}, "line 1: its taxes are not 5"),
    ],
)
def test_what_does_not_add_up_is_not_booked(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(NotBookable, match=said):
        entry(data=returned(**changes))


@pytest.mark.parametrize("body", [None, [], "text", {}, {"type": "return.completed"}])
def test_what_is_no_event_is_not_booked(body: Any) -> None:
    with pytest.raises(NotBookable):
        entry_of(body)


amounts = st.integers(min_value=0, max_value=10**9)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8), amounts)
def test_every_entry_balances(lines: list[tuple[int, int]], exchange: int) -> None:
    made = [line(n, "A", "1", net + tax, tax) for n, (net, tax) in enumerate(lines)]
    worth = sum(one["refund"] for one in made)
    data = returned(
        lines=made, exchange_total=exchange, refund_total=max(0, worth - exchange),
        amount_due=max(0, exchange - worth),
    )  # fmt: skip

    booked = entry(data=data)

    assert booked is not None
    assert sum(one.minor for one in booked.postings) == 0
    assert all(isinstance(one, Posting) and one.minor for one in booked.postings)
