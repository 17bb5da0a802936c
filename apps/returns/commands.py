"""What a register asks, and what it is shown. Amounts in minor units, quantities as Decimal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.refunds.commands import OpenedRefund
from apps.sales.commands import SaleKey


@dataclass(frozen=True, slots=True)
class AskedAdjustment:
    """What staff gives more or, negative, less for a line than it is worth, and why."""

    minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class AskedLine:
    number: int
    sale_line: int | None
    sku: str
    quantity: Decimal
    reason: str
    condition: str
    serial_number: str
    adjustment: AskedAdjustment | None = None


@dataclass(frozen=True, slots=True)
class AskedExchange:
    number: int
    sku: str
    quantity: Decimal
    unit_price: int


@dataclass(frozen=True, slots=True)
class DecidedOffline:
    """What the register told the customer while it could not ask, on data as of `data_at`."""

    outcome: str
    data_at: datetime


@dataclass(frozen=True, slots=True)
class AskReturn:
    """May these goods come back? `sale` None: the customer has no receipt.

    `id_hash` is the keyed digest of an identity document; the document itself goes no further than
    the request. `card_fingerprint` is the processor's word for the card that the customer shows.
    """

    sale: SaleKey | None
    lines: tuple[AskedLine, ...]
    exchange: tuple[AskedExchange, ...]
    refund_to: str
    operator: str
    customer: str
    occurred_at: datetime | None
    complete: bool
    gift_receipt: bool = False
    id_hash: str = ""
    card_fingerprint: str = ""
    offline: DecidedOffline | None = None


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """What really came in for a line of an authorized return. None: as authorized."""

    number: int
    quantity: Decimal | None
    condition: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Completion:
    lines: tuple[ReceivedLine, ...]
    operator: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a manager says of a return that waits; with `complete` the goods are here as well."""

    approve: bool
    reason: str
    complete: bool = False


@dataclass(frozen=True, slots=True)
class ShownOverride:
    """A manager's word on one code."""

    code: str
    allowed: bool
    approver: str
    method: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownLine:
    number: int
    sale_line: int | None
    sku: str
    quantity: Decimal
    outcome: str
    codes: tuple[str, ...]
    refund: int
    tax: int
    fee: int
    disposition: str
    adjustment: int = 0


@dataclass(frozen=True, slots=True)
class ShownExchange:
    number: int
    sku: str
    quantity: Decimal
    unit_price: int
    total: int


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the operator or the customer, with the code it belongs to.

    The text is translated when it is read, into the language of that moment.
    """

    to: str
    code: str
    text: Any


@dataclass(frozen=True, slots=True)
class ShownReturn:
    """A return as the register sees it, whether just decided, quoted, or read back later.

    `refund_total - amount_due` is the worth of its lines less `fee_total` and `exchange_total`, plus
    `adjustment_total` and `rounding`; `fees_kept_by` is a shop's number, empty without a fee.
    """

    id: UUID | None
    number: str | None
    status: str
    decision: str
    kind: str
    scope: str
    currency: str
    receipt_number: str
    refund_total: int
    exchange_total: int
    amount_due: int
    lines: tuple[ShownLine, ...]
    exchange: tuple[ShownExchange, ...]
    refunds: tuple[OpenedRefund, ...]
    messages: tuple[Message, ...]
    expires_at: datetime | None
    occurred_at: datetime
    policy: dict[str, Any] | None = field(default=None)
    appeal_reference: str | None = None
    overrides: tuple[ShownOverride, ...] = ()
    fee_total: int = 0
    fees_kept_by: str = ""
    adjustment_total: int = 0
    rounding: int = 0


TaxesOfLines = Mapping[int, Sequence[tuple[str, int]]]
"""By number of the line: each tax that is in its refund, as code and minor units."""


def reference_of(return_id: UUID) -> str:
    """How refunds name the return they belong to."""
    return f"return:{return_id}"
