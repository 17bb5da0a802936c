from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.money import (
    MixedCurrencies,
    Money,
    cumulative_share,
    exponent,
    extended_price,
    format_minor,
    largest_remainder,
    round_half_up,
)

AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1), ("-2.5", -3), ("7", 7)],
)
def test_halves_go_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_up(Decimal(value)) == rounded


@pytest.mark.parametrize(
    ("price", "quantity", "total"),
    [(1999, "0.350", 700), (333, "0.5", 167), (1, "0.499", 0), (255, "6", 1530), (0, "3", 0)],
)
def test_goods_by_weight_cost_whole_minor_units(price: int, quantity: str, total: int) -> None:
    assert extended_price(price, Decimal(quantity)) == total


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1530, "EUR", "15.30 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (123456789, "EUR", "1,234,567.89 EUR"),
        (1530, "JPY", "1,530 JPY"),
        (1530, "KWD", "1.530 KWD"),
    ],
)
def test_amounts_are_shown_with_the_digits_of_their_currency(
    minor: int, currency: str, text: str
) -> None:
    assert format_minor(minor, currency) == str(Money(minor, currency)) == text


def test_currencies_have_0_2_or_3_digits() -> None:
    assert [exponent(currency) for currency in ("JPY", "EUR", "KWD")] == [0, 2, 3]


def test_money_adds_and_subtracts_in_one_currency_only() -> None:
    assert Money(3, "EUR") + Money(4, "EUR") == Money(7, "EUR")
    assert Money(3, "EUR") - Money(4, "EUR") == Money(-1, "EUR")
    with pytest.raises(MixedCurrencies):
        Money(3, "EUR") + Money(4, "USD")


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [3, 3, 1], [4, 4, 2]),
        (500, [1999, 1, 500], [400, 0, 100]),
        (1, [0, 0, 5], [0, 0, 1]),
        (7, [0, 0], [7, 0]),
        (0, [3, 4], [0, 0]),
        (5, [], []),
    ],
)
def test_largest_remainder_splits(total: int, weights: list[int], parts: list[int]) -> None:
    assert largest_remainder(total, weights) == parts


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=50))
def test_largest_remainder_adds_up_and_is_within_one_of_the_exact_share(
    total: int, weights: list[int]
) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    if whole := sum(weights):
        assert all(abs(p * whole - total * w) < whole for p, w in zip(parts, weights, strict=True))


@given(AMOUNTS, st.lists(st.integers(1, 999_999_999), min_size=1, max_size=20))
def test_cumulative_shares_of_any_split_add_up(total: int, thousandths: list[int]) -> None:
    sold, before, given_back = Decimal(sum(thousandths)) / 1000, Decimal(0), 0
    for part in thousandths:
        now = Decimal(part) / 1000
        share = cumulative_share(total, before, now, sold, given_back)
        assert share >= 0
        before, given_back = before + now, given_back + share
    assert given_back == total
