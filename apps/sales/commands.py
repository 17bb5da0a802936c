"""What a register says about a sale, and what the domain hands upwards. Amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.common.money import NOT_ROUNDED, CashRounding


@dataclass(frozen=True, slots=True)
class NewTax:
    code: str
    rate: Decimal
    inclusive: bool
    amount: int


@dataclass(frozen=True, slots=True)
class NewLine:
    line_number: int
    sku: str
    description: str
    quantity: Decimal
    unit_price: int
    discount: int
    taxes: tuple[NewTax, ...]
    total: int
    serial_number: str
    final_sale: bool


@dataclass(frozen=True, slots=True)
class NewTender:
    """`rounding` is the part of `amount` that cash was rounded by; negative where it was rounded down."""

    number: int
    kind: str
    amount: int
    gateway: str
    gateway_ref: str
    card_brand: str
    last4: str
    needs_card_present: bool
    card_fingerprint: str = ""
    rounding: int = 0


@dataclass(frozen=True, slots=True)
class NewSale:
    terminal: str
    business_date: date
    sequence_number: int
    receipt_number: str
    sold_at: datetime
    currency: str
    channel: str
    source_order_ref: str
    operator: str
    customer: str
    lines: tuple[NewLine, ...]
    discounts: tuple[tuple[str, int], ...]
    tenders: tuple[NewTender, ...]
    total: int
    training: bool
    voided: bool
    delivered_at: datetime | None = None
    cash_rounding: CashRounding = NOT_ROUNDED


@dataclass(frozen=True, slots=True)
class SaleKey:
    """How a register names a sale: by receipt number, or by its whole natural key."""

    receipt_number: str = ""
    store: str = ""
    terminal: str = ""
    business_date: date | None = None
    sequence_number: int = 0


@dataclass(frozen=True, slots=True)
class TaxOfLine:
    id: int
    code: str
    inclusive: bool
    tax_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class LineOfSale:
    """A sale line as a return needs it: what was sold, what came back, what the item allows."""

    id: int
    line_number: int
    item_id: int
    sku: str
    description: str
    quantity: Decimal
    total_minor: int
    authorized_quantity: Decimal
    returned_quantity: Decimal
    refunded_minor: int
    serial_number: str
    final_sale: bool
    returnable: bool
    hazardous: bool
    recalled: bool
    taxes: tuple[TaxOfLine, ...] = ()
    category: str = ""
    serial_tracked: bool = False


@dataclass(frozen=True, slots=True)
class TenderOfSale:
    """`rounding_minor` is in what was paid, `refund_rounding_minor` in what went back or is promised."""

    id: int
    number: int
    kind: str
    amount_minor: int
    refunded_minor: int
    pending_minor: int
    gateway: str
    gateway_ref: str
    needs_card_present: bool
    card_fingerprint: str = ""
    rounding_minor: int = 0
    refund_rounding_minor: int = 0


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """A sale with the lines that were asked for, held until the transaction ends.

    `region_id` is of the shop that sold; `seller_seen_at` when its register was last heard of.
    """

    id: UUID
    receipt_number: str
    store_id: int
    currency: str
    sold_at: datetime
    channel: str
    customer: str
    training: bool
    voided: bool
    lines: tuple[LineOfSale, ...]
    tenders: tuple[TenderOfSale, ...]
    region_id: int | None = None
    delivered_at: datetime | None = None
    seller_seen_at: datetime | None = None
    store_number: str = ""
    cash_rounding: CashRounding = NOT_ROUNDED


@dataclass(frozen=True, slots=True)
class LineChange:
    """How much more (or, negative, less) of a line is promised, came back, and was given back for it."""

    line_id: int
    authorized: Decimal
    returned: Decimal
    refunded_minor: int
    taxes: tuple[tuple[int, int], ...]
