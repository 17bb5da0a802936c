from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.common.money import NOT_ROUNDED, CashRounding


@dataclass(frozen=True, slots=True)
class TenderCap:
    """An original tender as the plan sees it: what can still go back to it.

    `cap_minor` is before cash rounding. Of cash: `gone_minor` went back or is promised in coins,
    `given_minor` is what that was before rounding, `paid_rounding_minor` what the sale was rounded by.
    """

    tender_id: int
    number: int
    kind: str
    cap_minor: int
    gateway: str
    gateway_ref: str
    gone_minor: int = 0
    given_minor: int = 0
    paid_rounding_minor: int = 0

    @property
    def rest_minor(self) -> int:
        """What is left of the coins that were paid."""
        return self.cap_minor + self.given_minor + self.paid_rounding_minor - self.gone_minor


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """How money is split over tenders. `to`: `original`, or anything else for store credit.

    `cash_instead_minor`: what finds no tender is paid in cash up to this amount, not as store credit.
    `present` are the tenders whose card the customer shows; `cash` is how coins are rounded.
    """

    to: str
    strategy: str = "original_order"
    cash_instead_minor: int = 0
    present: frozenset[int] = frozenset()
    cash: CashRounding = NOT_ROUNDED


@dataclass(frozen=True, slots=True)
class PlannedRefund:
    """One line of the plan. `tender_id` None: money that finds no original tender (fallback)."""

    kind: str
    amount_minor: int
    tender_id: int | None = None
    tender_number: int | None = None
    gateway: str = ""
    gateway_ref: str = ""


@dataclass(frozen=True, slots=True)
class Rounded:
    """By how much a payment in cash differs from what was owed. `tender_id` None: no original tender."""

    tender_id: int | None
    minor: int


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """Refunds and cash rounding: refunds less rounding are exactly what was to be paid back."""

    refunds: tuple[PlannedRefund, ...] = ()
    rounded: tuple[Rounded, ...] = ()

    @property
    def rounding_minor(self) -> int:
        return sum(one.minor for one in self.rounded)


@dataclass(frozen=True, slots=True)
class RefundContext:
    """What a refund belongs to, as plain values: `reference` is opaque here (`return:<id>`)."""

    reference: str
    label: str
    store_id: int
    store_number: str
    terminal_number: str
    customer: str
    currency: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedRefund:
    """A refund as the register is told of it."""

    id: UUID | None
    tender_number: int | None
    kind: str
    gateway: str
    amount_minor: int
    status: str
    credit_code: str = ""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What a payment processor is asked to do. The key never changes for the life of the refund."""

    refund_id: UUID
    idempotency_key: str
    payment_ref: str
    payment_minor: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What a processor said: succeeded, failed, requires_action, or submitted (it is still at it)."""

    status: str
    provider_ref: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SandboxView:
    """What the sandbox processor has in its books for an order, and how it was told to behave.

    `answer` None: it never heard of the refund. `behaviour` is that of the instruction, if there is one.
    """

    payment_known: bool
    instruction_id: int | None
    behaviour: str
    answer: GatewayAnswer | None


@dataclass(frozen=True, slots=True)
class ClaimedRefund:
    """A due refund that this worker holds until its lease ends."""

    order: RefundOrder
    gateway: str
    attempts: int
    asked_before: bool


@dataclass(frozen=True, slots=True)
class SettledRefund:
    """A refund as it stands when a processor has said what became of it."""

    id: UUID
    reference: str
    label: str
    store_id: int
    store_number: str
    terminal_number: str
    customer: str
    tender_id: int | None
    tender_number: int | None
    kind: str
    amount_minor: int
    currency: str
    gateway: str
    provider_ref: str
    failure_code: str
    status: str
    attempts: int
    created_at: datetime
