"""Refunds in set-based statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.ids import uuid7
from apps.common.sql import execute, fetch_all, fetch_one
from apps.refunds.commands import (
    ClaimedRefund,
    GatewayAnswer,
    RefundOrder,
    SandboxView,
    SettledRefund,
)
from apps.refunds.models import refund_key
from apps.refunds.states import OPEN

_COLUMNS = (
    "id, reference, label, store_id, terminal_number, customer_ref, sale_tender_id, kind, amount_minor, "
    "currency, gateway, payment_ref, status, store_credit_id, next_attempt_at, created_at, settled_at"
)
_ROW = "(" + ", ".join(["%s"] * 17) + ", '', '', 0)"
_INSERT = f"""
WITH made AS (
    INSERT INTO refunds_refund ({_COLUMNS}, provider_ref, failure_code, attempts)
    VALUES {{}} RETURNING id, status, created_at)
INSERT INTO refunds_refundevent (refund_id, kind, at, attempt, detail)
SELECT id, 'success', created_at, 0, '{{{{}}}}'::jsonb FROM made WHERE status = 'succeeded'
"""

_OPEN = "(" + ", ".join(f"'{status}'" for status in OPEN) + ")"

# Due longest; other workers' rows are skipped, and ours is held by its lease, not by a lock. An old
# one may have been sent before a restore from backup: the processor is asked first.
_CLAIM = f"""
WITH due AS (
    SELECT id, attempts > 0 OR created_at < %(now)s - interval '10 minutes' AS asked_before,
           next_attempt_at AS due_at
      FROM refunds_refund
     WHERE status IN {_OPEN} AND next_attempt_at <= %(now)s
     ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
held AS (
    UPDATE refunds_refund r SET attempts = r.attempts + 1, next_attempt_at = %(lease)s
      FROM due WHERE r.id = due.id
    RETURNING r.id, r.payment_ref, r.amount_minor, r.currency, r.gateway, r.attempts,
              r.sale_tender_id, due.asked_before, due.due_at),
asked AS (
    INSERT INTO refunds_refundevent (refund_id, kind, at, attempt, detail)
    SELECT id, 'request', %(now)s, attempts, jsonb_build_object('asked_before', asked_before) FROM held)
SELECT held.id, held.payment_ref, t.amount_minor, held.amount_minor, held.currency, held.gateway,
       held.attempts, held.asked_before
  FROM held LEFT JOIN sales_saletender t ON t.id = held.sale_tender_id
 ORDER BY held.due_at, held.id
"""

# Locked by id, as whoever voids a return does. What is not as it was claimed is left alone: another
# worker is at it, or it is settled, and this answer comes too late.
_STILL_HELD = f"""
    SELECT r.id, g.ref FROM refunds_refund r
      JOIN unnest(%(ids)s::uuid[], %(attempts)s::bigint[], %(refs)s::text[]) AS g(id, attempts, ref) USING (id)
     WHERE r.attempts = g.attempts AND r.status IN {_OPEN}
     ORDER BY r.id FOR UPDATE OF r"""
_SETTLE = f"""
WITH held AS ({_STILL_HELD}),
paid AS (
    UPDATE refunds_refund r
       SET status = 'succeeded', next_attempt_at = NULL, settled_at = %(now)s,
           provider_ref = coalesce(nullif(held.ref, ''), r.provider_ref)
      FROM held WHERE r.id = held.id
    RETURNING r.*),
steps AS (
    INSERT INTO refunds_refundevent (refund_id, kind, at, attempt, detail)
    SELECT id, 'success', %(now)s, attempts, jsonb_build_object('provider_ref', provider_ref) FROM paid)
SELECT paid.id, paid.reference, paid.label, paid.store_id, s.number, paid.terminal_number, paid.customer_ref,
       paid.sale_tender_id, t.number, paid.kind, paid.amount_minor, paid.currency, paid.gateway,
       paid.provider_ref, paid.failure_code, paid.status, paid.attempts, paid.created_at
  FROM paid JOIN stores_store s ON s.id = paid.store_id LEFT JOIN sales_saletender t ON t.id = paid.sale_tender_id
 ORDER BY paid.id
"""
_GIVE_BACK = f"""
WITH held AS ({_STILL_HELD})
UPDATE refunds_refund r SET next_attempt_at = %(now)s FROM held WHERE r.id = held.id
"""

# The sandbox processor's books: what it knows of a refund and its payment, and how it is to behave.
_SANDBOX_LOOK = """
SELECT EXISTS (SELECT 1 FROM refunds_sandboxpayment WHERE ref = %(ref)s), i.id, i.behaviour, r.id, r.status, r.code
  FROM (VALUES (1)) AS always(n)
  LEFT JOIN refunds_sandboxrefund r ON r.key = %(key)s
  LEFT JOIN LATERAL (
       SELECT id, behaviour FROM refunds_sandboxinstruction
        WHERE payment_ref IN ('', %(ref)s) AND remaining > 0 ORDER BY payment_ref DESC, id LIMIT 1) i ON true
"""
# It hears of a payment with its first refund. The row is locked either way.
_SANDBOX_KNOW = """
INSERT INTO refunds_sandboxpayment (ref, currency, amount_minor) VALUES (%s, %s, %s)
ON CONFLICT (ref) DO UPDATE SET ref = excluded.ref
"""
_SANDBOX_BOOK = """
INSERT INTO refunds_sandboxrefund (id, payment_id, key, amount_minor, status, code, created_at)
SELECT %(id)s, p.ref, %(key)s, %(amount)s, CASE WHEN c.code = '' THEN 'succeeded' ELSE 'failed' END, c.code, now()
  FROM refunds_sandboxpayment p
 CROSS JOIN LATERAL (
       SELECT CASE WHEN coalesce(sum(b.amount_minor), 0) + %(amount)s > p.amount_minor THEN 'amount-too-large'
                   ELSE %(code)s END AS code
         FROM refunds_sandboxrefund b WHERE b.payment_id = p.ref AND b.status = 'succeeded') c
 WHERE p.ref = %(ref)s
ON CONFLICT (key) DO NOTHING
RETURNING id, status, code
"""


def insert_refunds(rows: Sequence[Sequence[Any]]) -> None:
    """Rows in the order of `_COLUMNS`; those that succeeded at once get their step."""
    sql = _INSERT.format(", ".join([_ROW] * len(rows)))
    execute(sql, [value for row in rows for value in row])


def claim_due(*, limit: int, now: datetime, lease: datetime) -> list[ClaimedRefund]:
    """Hold the refunds that have been due longest until `lease`. Commit before calling anybody."""
    return [
        _claimed(*row) for row in fetch_all(_CLAIM, {"limit": limit, "now": now, "lease": lease})
    ]


def _claimed(
    refund_id: UUID, payment_ref: str, payment: int | None, amount: int, currency: str, gateway: str,
    attempts: int, asked_before: bool,
) -> ClaimedRefund:  # fmt: skip
    key = refund_key(refund_id)
    order = RefundOrder(refund_id, key, payment_ref, payment or amount, amount, currency)
    return ClaimedRefund(order, gateway=gateway, attempts=attempts, asked_before=asked_before)


def settle_paid(
    answers: Sequence[tuple[ClaimedRefund, str]], *, now: datetime
) -> list[SettledRefund]:
    """Those are paid, with the processor's reference each; the ones whose claim still stood."""
    params = _held_as_claimed([one for one, _ in answers], [ref for _, ref in answers], now)
    return [SettledRefund(*row) for row in fetch_all(_SETTLE, params)]


def give_back(claims: Sequence[ClaimedRefund], *, now: datetime) -> None:
    """Those are due at once, for whoever comes first."""
    execute(_GIVE_BACK, _held_as_claimed(claims, [""] * len(claims), now))


def _held_as_claimed(
    claims: Sequence[ClaimedRefund], refs: Sequence[str], now: datetime
) -> dict[str, Any]:
    return {
        "ids": [one.order.refund_id for one in claims],
        "attempts": [one.attempts for one in claims],
        "refs": list(refs),
        "now": now,
    }


def sandbox_look(order: RefundOrder) -> SandboxView:
    row = fetch_one(_SANDBOX_LOOK, {"ref": order.payment_ref, "key": order.idempotency_key})
    assert row is not None
    known, instruction_id, behaviour, *refund = row
    return SandboxView(known, instruction_id, behaviour or "", _booked(*refund))


def sandbox_know(order: RefundOrder) -> None:
    """The payment, held until the transaction ends."""
    execute(_SANDBOX_KNOW, [order.payment_ref, order.currency, order.payment_minor])


def sandbox_book(order: RefundOrder, *, code: str) -> GatewayAnswer | None:
    """Of a payment that is held; `code` is why not, empty for yes. None when it was booked before."""
    params = {
        "id": uuid7(), "key": order.idempotency_key, "amount": order.amount_minor,
        "ref": order.payment_ref, "code": code,
    }  # fmt: skip
    row = fetch_one(_SANDBOX_BOOK, params)
    return _booked(*row) if row else None


def _booked(refund_id: UUID | None, status: str, code: str) -> GatewayAnswer | None:
    if refund_id is None:
        return None
    return GatewayAnswer(status, provider_ref=f"sbx_re_{refund_id.hex}", code=code)
