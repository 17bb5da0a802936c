from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common.cards import contains_card_number, scrub_card_numbers

# Published test numbers of the issuers.
CARDS = [
    "4111111111111111",
    "4012888888881881",
    "4000000000000000006",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6200000000000005",
    "6759649826438453",
    "2200000000000004",
]


def _check_digit(digits: str) -> str:
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(reversed(digits))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


@pytest.mark.parametrize("number", CARDS)
def test_numbers_of_every_issuer_are_found_and_removed(number: str) -> None:
    text = f"paid with {number}."
    assert contains_card_number(text)
    assert scrub_card_numbers(text) == "paid with [card number removed]."


def test_every_number_of_a_text_is_removed() -> None:
    text = f"{CARDS[0]} and {CARDS[3]}, ;{CARDS[0]}=2512101"
    assert scrub_card_numbers(text).count("[card number removed]") >= 3
    assert "4111" not in scrub_card_numbers(text)


def test_a_track_before_a_number_does_not_shield_it() -> None:
    text = f"%B{CARDS[0]}^DOE/JOHN^2512101 ;{CARDS[0]}=25121010000000000000 then {CARDS[3]}!"
    assert scrub_card_numbers(text) == (
        "[card number removed]DOE/JOHN^2512101 [card number removed] then [card number removed]!"
    )


@given(st.integers(0, 10**14 - 1))
def test_any_visa_number_is_found_and_one_digit_off_is_none(account: int) -> None:
    digits = f"4{account:014d}"
    right = _check_digit(digits)
    assert contains_card_number(digits + right)
    assert not contains_card_number(digits + str((int(right) + 1) % 10))


@given(st.text())
def test_scrubbing_leaves_nothing_to_find(text: str) -> None:
    assert not contains_card_number(scrub_card_numbers(text))


@given(st.text(alphabet="0123456789 -=;%B^", max_size=60))
def test_scrubbing_digits_leaves_nothing_to_find(text: str) -> None:
    assert not contains_card_number(scrub_card_numbers(text))


@given(st.integers(0, 10**13 - 1))
def test_no_ean_13_is_a_card_number(number: int) -> None:
    assert not contains_card_number(f"{number:013d}")


@given(st.uuids())
def test_no_uuid_is_a_card_number(value: object) -> None:
    assert not contains_card_number(str(value))
