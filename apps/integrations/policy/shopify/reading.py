"""Single values out of Shopify's bodies: amounts, ids, taxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.common.money import MAX_MINOR, exponent, round_half_up
from apps.integrations.policy.shopify.outcomes import REJECTED, NotASale

Body = Mapping[str, Any]


def minor(value: Any, currency: str, field: str) -> int:
    """`"199.00"` in minor units; nothing is 0. NotASale for what is no exact amount of the currency."""
    if value is None or value == "":
        return 0
    try:
        amount = Decimal(str(value)).scaleb(exponent(currency))
        if amount.is_finite() and amount == amount.to_integral_value() and abs(amount) <= MAX_MINOR:
            return int(amount)
    except InvalidOperation:
        pass
    raise NotASale(REJECTED, "amount", f"{field} is no amount in {currency}: {str(value)[:40]}.")


def shop_minor(amounts: Any, currency: str, field: str) -> int:
    """The shop's side of `{"shop_money": {"amount": …}}`."""
    return minor(_get(_get(amounts, "shop_money"), "amount"), currency, field)


def summed(rows: Iterable[Any], name: str, currency: str, field: str) -> int:
    return sum(minor(_get(row, name), currency, field) for row in rows)


def listed(body: Any, name: str) -> list[Any]:
    value = _get(body, name)
    return value if isinstance(value, list) else []


def whole(value: Any, field: str) -> int:
    """A number of pieces. NotASale for parts of one, and for less than none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    raise NotASale(REJECTED, "quantity", f"{field} is no whole number: {str(value)[:40]}.")


def rate(value: Any) -> Decimal:
    """A tax rate; one that makes no sense is 0, since only the amount counts."""
    try:
        found = Decimal(str(value)).quantize(Decimal("0.000001"))
    except InvalidOperation:
        return Decimal(0)
    return found if 0 <= found < 10_000 else Decimal(0)


def left_of(amount: int, gone: int, of: int) -> int:
    """What is left of an amount when `gone` of `of` pieces went back."""
    return amount - round_half_up(Decimal(amount) * gone / of) if gone else amount


def text(value: Any, length: int) -> str:
    return "" if value is None else str(value).strip()[:length]


def _get(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, Mapping) else None
