from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TenderCap:
    """An original tender as the plan sees it: what can still go back to it."""

    tender_id: int
    number: int
    kind: str
    cap_minor: int
    gateway: str
    gateway_ref: str


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
class ClaimedRefund:
    """A due refund that this worker holds until its lease ends."""

    order: RefundOrder
    gateway: str
    attempts: int
    asked_before: bool
