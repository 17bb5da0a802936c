"""Events as connectors get them, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.common.fields import format_instant
from apps.common.ids import uuid7
from apps.integrations.gateways.base import Message, Target

NOW = datetime(2026, 11, 21, 10, 15, tzinfo=UTC)


def returned(number: str = "R-0042-000007", **changes: Any) -> dict[str, Any]:
    """`data` of a completed return: two shirts at 11.90, one mug at 2.55, paid back with tax."""
    return {
        "number": number, "status": "completed", "decision": "approved", "kind": "receipted",
        "scope": "partial", "receipt_number": "T-000001-K7QF", "currency": "EUR",
        "refund_total": 2635, "exchange_total": 0, "amount_due": 0, "fee_total": 0, "completed": True,
        "lines": [line(1, "TEE-M", "2", 2380, 380), line(2, "MUG", "1", 255, 17, code="VAT-R")],
        "exchange": [], **changes,
    }  # fmt: skip


def line(
    number: int,
    sku: str,
    quantity: str,
    refund: int,
    tax: int,
    *,
    code: str = "VAT-S",
    disposition: str = "return_to_stock",
) -> dict[str, Any]:
    return {
        "number": number, "sale_line": number, "sku": sku, "quantity": quantity, "outcome": "approved",
        "codes": ["ok"], "refund": refund, "tax": tax, "taxes": [{"code": code, "amount": tax}],
        "fee": 0, "disposition": disposition,
    }  # fmt: skip


def refunded(
    amount: int = 2635, kind: str = "cash", number: str = "R-0042-000007"
) -> dict[str, Any]:
    return {
        "return": str(uuid7()), "number": number, "kind": kind, "tender": 1, "amount": amount,
        "currency": "EUR",
    }  # fmt: skip


def message(
    type_: str = "return.completed",
    data: dict[str, Any] | None = None,
    *,
    body: Any = None,
    at: datetime = NOW,
    event_id: UUID | None = None,
    store: str = "0042",
) -> Message:
    """With the event as it is for a body, unless another is given."""
    made, subject = event_id or uuid7(), ("return", "0d6f0c5e-0000-7000-8000-000000000001")
    envelope = {
        "id": str(made), "type": type_, "timestamp": format_instant(at),
        "occurred_at": format_instant(at), "recorded_at": format_instant(at), "store": store,
        "terminal": "03", "subject": {"type": subject[0], "id": subject[1]}, "sequence": 1,
        "data": returned() if data is None else data,
    }  # fmt: skip
    return Message(made, type_, ":".join(subject), 1, at, envelope if body is None else body)


def target(
    config: dict[str, Any] | None = None,
    *,
    url: str = "https://erp.example/",
    timeout: float = 5.0,
    credentials: dict[str, str] | None = None,
) -> Target:
    """A destination under development: this machine may be called."""
    return Target(
        name="ERP", url=url, timeout=timeout, loopback=True,
        permanent_statuses=frozenset({400, 422}), config=config or {}, credentials=credentials or {},
    )  # fmt: skip
