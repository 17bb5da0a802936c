"""Exact to the cent over any sequence: bring, promise, let go, bring again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.returns.policy import pricing
from apps.returns.policy.pricing import Worth
from apps.sales.commands import LineOfSale, TaxOfLine
from apps.sales.models import SaleLine, SaleLineTax
from tests.returns.test_policy import sold_line
from tests.world import Register, line

QUANTITIES = st.decimals(Decimal("0.001"), 999, places=3)


@st.composite
def lines(draw: st.DrawFn) -> LineOfSale:
    """A sale line of any quantity and total, with up to three taxes inside the total."""
    total = draw(st.integers(0, 10**9))
    taxes, left = [], total
    for tax_id in range(draw(st.integers(0, 3))):
        amount = draw(st.integers(0, left))
        taxes.append(TaxOfLine(tax_id, "VAT", True, amount, 0))
        left -= amount
    return sold_line(quantity=draw(QUANTITIES), total_minor=total, taxes=tuple(taxes))


def _sane(line: LineOfSale, worth: Worth) -> None:
    assert worth.refund == worth.net + worth.tax
    assert min(worth.refund, worth.net, worth.tax, *(minor for _, minor in worth.taxes), 0) == 0
    assert 0 <= line.refunded_minor <= line.total_minor
    assert all(0 <= tax.refunded_minor <= tax.tax_minor for tax in line.taxes)


def _take(line: LineOfSale, quantity: Decimal) -> tuple[LineOfSale, Worth]:
    worth = pricing.price(line, quantity)
    after = pricing.after(line, quantity, worth)
    _sane(after, worth)
    return after, worth


def _whole(line: LineOfSale) -> bool:
    return line.refunded_minor == line.total_minor and all(
        tax.refunded_minor == tax.tax_minor for tax in line.taxes
    )


@given(lines(), st.lists(st.integers(0, 100), max_size=12))
def test_any_split_of_a_line_adds_up_to_it(line: LineOfSale, percents: list[int]) -> None:
    left = line.quantity
    for percent in percents:
        part = (left * percent / 100).quantize(Decimal("0.001"))
        if 0 < part <= left:
            line, _ = _take(line, part)
            left -= part
    if left:
        line, _ = _take(line, left)
    assert _whole(line)


@given(lines(), st.data())
def test_promises_let_go_in_any_order_lose_and_invent_nothing(
    line: LineOfSale, data: st.DataObject
) -> None:
    promised: list[tuple[Decimal, Worth]] = []
    for _ in range(data.draw(st.integers(0, 12))):
        left = line.quantity - line.authorized_quantity
        let_go = data.draw(st.integers(0, 2 * len(promised)))
        if let_go < len(promised):
            quantity, worth = promised.pop(let_go)
            line = pricing.after(line, -quantity, worth)
            _sane(line, worth)
        elif left:
            quantity = data.draw(st.decimals(Decimal("0.001"), left, places=3))
            line, worth = _take(line, quantity)
            promised.append((quantity, worth))
    if left := line.quantity - line.authorized_quantity:
        line, _ = _take(line, left)
    assert _whole(line)


def test_a_third_of_a_euro_comes_back_as_33_34_33() -> None:
    line, parts = sold_line(quantity=Decimal(3), total_minor=100, taxes=()), []
    for _ in range(3):
        line, worth = _take(line, Decimal(1))
        parts.append(worth.refund)
    assert parts == [33, 34, 33]


def test_what_was_let_go_is_given_to_whoever_comes_next() -> None:
    line = sold_line(quantity=Decimal(3), total_minor=100, taxes=())
    line, first = _take(line, Decimal(1))
    line, second = _take(line, Decimal(1))
    line = pricing.after(line, Decimal(-1), first)
    line, third = _take(line, Decimal(2))
    assert (first.refund, second.refund, third.refund) == (33, 34, 66)


def test_more_given_back_than_the_rest_is_worth_is_never_taken_from_the_customer() -> None:
    line = sold_line(quantity=Decimal(3), total_minor=1, taxes=())
    line = replace(line, authorized_quantity=Decimal(1), refunded_minor=1)
    assert pricing.price(line, Decimal("0.4")).refund == 0
    assert pricing.price(line, Decimal(2)).refund == 0


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    price=st.integers(0, 5_000),
    parts=st.lists(st.integers(1, 2_500), min_size=1, max_size=4),
    discount=st.integers(0, 100),
    fates=st.lists(st.sampled_from(["take", "hold", "void"]), min_size=4, max_size=4),
)
def test_any_split_adds_up_through_the_api(
    register: Register, price: int, parts: list[int], discount: int, fates: list[str]
) -> None:
    quantities = [str(Decimal(part) / 1000) for part in parts]
    row = line(quantity=str(Decimal(sum(parts)) / 1000), unit_price=price, taxes=[])
    row["taxes"] = [
        {"code": "VAT", "rate": "0.2", "inclusive": True, "amount": row["total"] // 6},
        {"code": "CITY", "rate": "0.05", "inclusive": True, "amount": row["total"] // 21},
    ]
    off = [{"code": "APP", "amount": row["total"] * discount // 200}]
    sale = register.sell(lines=[row], discounts=off)
    given_back = 0
    for quantity, fate in zip(quantities, fates, strict=False):
        given_back += _live_through(register, sale, quantity, fate)
    sold = SaleLine.objects.get(sale__receipt_number=sale["receipt_number"])
    assert given_back == sold.refunded_minor == sold.total_minor == sale["total"]
    assert sold.returned_quantity == sold.quantity
    for tax in SaleLineTax.objects.filter(line=sold):
        assert tax.refunded_minor == tax.tax_minor


def _live_through(register: Register, sale: dict[str, object], quantity: str, fate: str) -> int:
    """Bring a part at once, after a promise, or after a promise that was let go before."""
    if fate == "take":
        return int(register.take_back(sale, quantity).json()["refund_total"])
    authorized = register.authorize(sale, quantity)
    if fate == "void":
        assert register.void(authorized).status_code == 200
        authorized = register.authorize(sale, quantity)
    return int(register.complete(authorized).json()["refund_total"])
