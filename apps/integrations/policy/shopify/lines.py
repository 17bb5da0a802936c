"""The lines of an order: goods, and what was paid for beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from apps.common.money import largest_remainder
from apps.integrations.policy.shopify.reading import (
    Body,
    left_of,
    listed,
    minor,
    rate,
    shop_minor,
    summed,
    text,
    whole,
)
from apps.sales.commands import NewLine, NewTax

SHIPPING, TIP, DUTIES, KEPT = "SHIPPING", "TIP", "DUTIES", "KEPT-BACK"
SERVICES = {
    SHIPPING: "Shipping",
    TIP: "Tip",
    DUTIES: "Duties",
    KEPT: "Kept back by the web shop",
}
"""Lines that are no goods: by default they are not given back."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line on its way to a sale line. Amounts in minor units."""

    sku: str
    description: str
    quantity: int
    unit_price: int
    discount: int = 0
    taxes: tuple[NewTax, ...] = ()
    final: bool = False

    @property
    def net(self) -> int:
        return self.unit_price * self.quantity - self.discount

    @property
    def total(self) -> int:
        return self.net + sum(tax.amount for tax in self.taxes if not tax.inclusive)


@dataclass(frozen=True, slots=True)
class Reader:
    """How the amounts of one order are read."""

    currency: str
    inclusive: bool  # taxes are in the prices
    gone: dict[str, int] = field(default_factory=dict)  # pieces that went back, by line id


def goods(order: Body, reader: Reader) -> list[Line]:
    """The line items, less what went back before the order became a sale."""
    lines = []
    for item in listed(order, "line_items"):
        sold = whole(item.get("quantity"), "quantity")
        gone = min(sold, reader.gone.get(str(item.get("id")), 0))
        if sold > gone:
            lines.append(_item(item, sold, gone, reader))
    has_own = any("tax_lines" in item for item in listed(order, "line_items"))
    return lines if has_own else _with_taxes_of_the_order(lines, order, reader)


def services(order: Body, reader: Reader, shipping_refunded: int) -> list[Line]:
    """Shipping, tips and duties, each as a line of its own; free ones are none."""
    currency = reader.currency
    lines = _less(_shipping(order, reader), shipping_refunded)
    lines.append(service(TIP, minor(order.get("total_tip_received"), currency, "tip")))
    if order.get("duties_included") is not True:
        duties = shop_minor(order.get("original_total_duties_set"), currency, "duties")
        lines.append(service(DUTIES, duties))
    return [line for line in lines if line.total > 0]


def service(sku: str, amount: int) -> Line:
    return Line(sku, SERVICES[sku], 1, amount)


def to_sale_lines(lines: Sequence[Line]) -> tuple[NewLine, ...]:
    return tuple(
        NewLine(
            line_number=number, sku=line.sku, description=line.description,
            quantity=Decimal(line.quantity), unit_price=line.unit_price, discount=line.discount,
            taxes=line.taxes, total=line.total, serial_number="", final_sale=line.final,
        )
        for number, line in enumerate(lines, 1)
    )  # fmt: skip


def _item(item: Body, sold: int, gone: int, reader: Reader) -> Line:
    discount = left_of(_discount(item, reader.currency), gone, sold)
    taxes = [replace(tax, amount=left_of(tax.amount, gone, sold)) for tax in _taxes(item, reader)]
    return Line(
        sku=_sku(item),
        description=text(item.get("name") or item.get("title"), 200),
        quantity=sold - gone,
        unit_price=minor(item.get("price"), reader.currency, "price"),
        discount=discount,
        taxes=tuple(taxes),
        final=item.get("gift_card") is True,
    )


def _sku(item: Body) -> str:
    """Goods without a SKU are known by their variant; made-up lines by themselves."""
    known = item.get("variant_id") or item.get("product_id") or item.get("id")
    return text(item.get("sku"), 64) or f"SHOPIFY-{text(known, 50)}"


def _discount(item: Body, currency: str) -> int:
    """The shares of all discounts. Bodies of old versions have no shares, only a line's own."""
    if "discount_allocations" in item:
        shares = listed(item, "discount_allocations")
        return summed(shares, "amount", currency, "discount")
    return minor(item.get("total_discount"), currency, "discount")


def _taxes(body: Body, reader: Reader) -> list[NewTax]:
    return [
        NewTax(
            code=text(tax.get("title"), 32) or "tax",
            rate=rate(tax.get("rate")),
            inclusive=reader.inclusive,
            amount=minor(tax.get("price"), reader.currency, "tax"),
        )
        for tax in listed(body, "tax_lines")
    ]


def _with_taxes_of_the_order(lines: list[Line], order: Body, reader: Reader) -> list[Line]:
    """Bodies of old versions tell taxes of the whole order only: they are spread by price."""
    for tax in _taxes(order, reader):
        shares = largest_remainder(tax.amount, [line.net for line in lines])
        lines = [
            replace(line, taxes=(*line.taxes, replace(tax, amount=share)))
            for line, share in zip(lines, shares, strict=True)
        ]
    return lines


def _shipping(order: Body, reader: Reader) -> list[Line]:
    return [
        Line(
            sku=SHIPPING,
            description=text(row.get("title"), 200) or SERVICES[SHIPPING],
            quantity=1,
            unit_price=minor(row.get("price"), reader.currency, "shipping"),
            discount=_shipping_discount(row, reader.currency),
            taxes=tuple(_taxes(row, reader)),
        )
        for row in listed(order, "shipping_lines")
        if row.get("is_removed") is not True
    ]


def _shipping_discount(row: Body, currency: str) -> int:
    if listed(row, "discount_allocations"):
        return _discount(row, currency)
    if row.get("discounted_price") in (None, ""):
        return 0
    price = minor(row.get("price"), currency, "shipping")
    return price - minor(row["discounted_price"], currency, "shipping")


def _less(lines: list[Line], refunded: int) -> list[Line]:
    """Shipping, less what was given back of it: the first lines first, taxes in proportion."""
    left = []
    for line in lines:
        off = min(refunded, line.net)
        refunded -= off
        taxes = [replace(t, amount=left_of(t.amount, off, line.net or 1)) for t in line.taxes]
        left.append(replace(line, discount=line.discount + off, taxes=tuple(taxes)))
    return left
