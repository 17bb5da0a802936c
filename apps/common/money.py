"""Exact money: integers in minor units, and the three roundings the domain knows.

No float touches money or quantity anywhere; a `Decimal` is a rate or a quantity, never an amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

# ISO 4217 minor-unit exponents that are not 2.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = {
    **dict.fromkeys(_NO_DIGITS.split(), 0),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
}
_TWO_DIGITS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_EXPONENTS) | frozenset(_TWO_DIGITS.split())

MAX_MINOR = 10**12
"""No single amount may be larger: it keeps every sum well inside a bigint."""


class MixedCurrencies(Exception):
    """Two amounts of different currencies met; that is always a mistake of the caller."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in the minor units of one currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} with {other.currency}")
        return other.minor

    def __str__(self) -> str:
        return format_minor(self.minor, self.currency)


def exponent(currency: str) -> int:
    """How many digits stand behind the point: 0, 2 or 3."""
    return _EXPONENTS.get(currency, 2)


def format_minor(minor: int, currency: str) -> str:
    """`1530, "EUR"` → `15.30 EUR`, with thin grouping for large sums."""
    digits = exponent(currency)
    value = Decimal(minor).scaleb(-digits)
    return f"{value:,.{digits}f} {currency}"


def round_half_up(value: Decimal) -> int:
    """To whole minor units; halves go away from zero, as registers and tax offices do."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


CASH_MODES = {
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "down": ROUND_FLOOR,
    "up": ROUND_CEILING,
}
"""How cash is rounded to what coins there are; amounts are never negative here."""


@dataclass(frozen=True, slots=True)
class CashRounding:
    """The smallest amount that can be paid in coins, in minor units, and how it is reached.

    An increment of 0 or 1 rounds nothing.
    """

    increment: int = 0
    mode: str = "half_up"

    def round(self, minor: int) -> int:
        if self.increment < 2:
            return minor
        steps = Decimal(minor) / self.increment
        return int(steps.quantize(Decimal(1), rounding=CASH_MODES[self.mode])) * self.increment


NOT_ROUNDED = CashRounding()


def extended_price(unit_price_minor: int, quantity: Decimal) -> int:
    """What `quantity` units cost, in whole minor units (goods are sold by weight too)."""
    return round_half_up(unit_price_minor * quantity)


def cumulative_share(total: int, before: Decimal, now: Decimal, of: Decimal, already: int) -> int:
    """What coming back now is worth, so that any sequence of partial returns adds up to `total`.

    1. After this return, `before + now` of the `of` units sold have come back, which is worth
       `round_half_up(total x (before + now) / of)` altogether.
    2. What was already given back is taken off. The last unit therefore brings exactly the rest.
    3. Units that were reserved and let go again may leave more given back than step 1 says;
       then this return is worth nothing, never less.
    """
    worth = round_half_up(total * (before + now) / of)
    return max(0, worth - already)


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by `weights` so that the parts add up exactly; ties go to the earlier part.

    All weights 0: everything goes to the first part (there is nothing to go by).
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
