"""What a line of the file is: exactly one category each, by rule.

What goods are. The set documents a stock code as "a 5-digit number"; colours and sizes add
letters (85123A, 15056BL), one supplier's range has letters first (DCGS0076, DCGSSBOY, SP1002).
Everything else is money or service, not a thing that can come back over the counter: POST, DOT and
C2 (carriage), D (discount), M (manual), S (samples), B (bad debt), CRUK (commission), PADS,
BANK CHARGES, AMAZONFEE, and vouchers (gift_0001_40).
"""

from __future__ import annotations

import re
from enum import StrEnum

from client.replay.lines import Line, Malformed

# 5 digits (6 at most) with up to three letters | letters and four digits | the DCGS range.
GOODS = re.compile(r"\d{5,6}[A-Z]{0,3}|[A-Z]{2,4}\d{4}[A-Z]?|DCGS[A-Z]+")


class Category(StrEnum):
    """Where a CSV line ends up in the final accounting. Values are what people read."""

    SALE = "sale line taken in"
    SALE_REFUSED = "sale line of a sale the server refused"
    SALE_NOT_GOODS = "sale line, not goods"
    PRICE_ZERO = "sale line, price 0"
    BAD_DEBT = "negative price or bad-debt adjustment"
    STOCK_ADJUSTMENT = "negative quantity, not a cancellation"
    CANCEL_FULL = "cancellation line, matched fully"
    CANCEL_PARTLY = "cancellation line, matched partly"
    CANCEL_NO_CUSTOMER = "cancellation line, unmatched: no customer"
    CANCEL_NO_SALE = "cancellation line, unmatched: no earlier sale in the data"
    CANCEL_ALREADY_THERE = "cancellation line, already there"
    CANCEL_REFUSED = "cancellation line the server refused"
    CANCEL_NOT_GOODS = "cancellation line, not goods"
    ZERO_QUANTITY = "quantity 0"
    MALFORMED = "malformed"
    BEYOND_LIMIT = "beyond the limit asked for"


class Role(StrEnum):
    """What has to be done with a line before its category is known."""

    SALE = "sale"
    CANCELLATION = "cancellation"


def is_goods(sku: str) -> bool:
    return GOODS.fullmatch(sku.upper()) is not None


def is_cancellation(invoice: str) -> bool:
    return invoice.startswith("C")


def classify(line: Line | Malformed) -> Category | Role:
    """The line's category, or the role it plays where the server's answer decides.

    The first that fits, in this order: unreadable, adjustment of the books, nothing at all,
    cancellation, adjustment of the stock, not goods, for free, sale.
    """
    if isinstance(line, Malformed):
        return Category.MALFORMED
    if line.invoice.startswith("A") or line.unit_price < 0:
        return Category.BAD_DEBT
    if line.quantity == 0:
        return Category.ZERO_QUANTITY
    if is_cancellation(line.invoice):
        return Role.CANCELLATION if is_goods(line.sku) else Category.CANCEL_NOT_GOODS
    if line.quantity < 0:
        return Category.STOCK_ADJUSTMENT
    if not is_goods(line.sku):
        return Category.SALE_NOT_GOODS
    # Prices are in whole pence: 0.001 is for free, too.
    return Role.SALE if line.unit_price else Category.PRICE_ZERO
