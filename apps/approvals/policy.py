"""What a PIN must be, and where and up to which amount somebody may approve. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

LEAST_DIGITS, MOST_DIGITS = 6, 12
LEAST_BADGE, MOST_BADGE = 16, 128
MOST_WRONG = 5
"""As many wrong tries in a row lock an approver."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far somebody's word goes: `limits` by currency in minor units; a currency not named: nothing."""

    everywhere: bool
    stores: frozenset[int]
    regions: frozenset[int]
    unlimited: bool
    limits: Mapping[str, int]

    def covers(self, store_id: int, region_id: int | None) -> bool:
        return self.everywhere or store_id in self.stores or region_id in self.regions

    def allows(self, amount_minor: int, currency: str) -> bool:
        return self.unlimited or amount_minor <= self.limits.get(currency, -1)


def is_pin(text: str) -> bool:
    return text.isascii() and text.isdigit() and LEAST_DIGITS <= len(text) <= MOST_DIGITS


def is_easily_guessed(pin: str, number: str) -> bool:
    """One digit over and over, a run up or down, two halves alike, or the personnel number itself."""
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    half = len(pin) // 2
    return (
        steps in ({0}, {1}, {-1})
        or pin in (pin[:2] * half, pin[:half] * 2)
        or pin.strip("0") == number.strip("0")
    )
