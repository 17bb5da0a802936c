"""Refunds in set-based statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.common.sql import execute, fetch_one
from apps.refunds.commands import ClaimedRefund, RefundOrder
from apps.refunds.models import refund_key

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

# Due longest; other workers' rows are skipped, and ours is held by its lease, not by a lock. An old
# one may have been sent before a restore from backup: the processor is asked first.
_CLAIM = """
WITH due AS (
    SELECT id, attempts > 0 OR created_at < %(now)s - interval '10 minutes' AS asked_before
      FROM refunds_refund
     WHERE status IN ('submitted', 'unknown', 'requires_action') AND next_attempt_at <= %(now)s
     ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED),
held AS (
    UPDATE refunds_refund r SET attempts = r.attempts + 1, next_attempt_at = %(lease)s
      FROM due WHERE r.id = due.id
    RETURNING r.id, r.payment_ref, r.amount_minor, r.currency, r.gateway, r.attempts,
              r.sale_tender_id, due.asked_before),
asked AS (
    INSERT INTO refunds_refundevent (refund_id, kind, at, attempt, detail)
    SELECT id, 'request', %(now)s, attempts, jsonb_build_object('asked_before', asked_before) FROM held)
SELECT held.id, held.payment_ref, t.amount_minor, held.amount_minor, held.currency, held.gateway,
       held.attempts, held.asked_before
  FROM held LEFT JOIN sales_saletender t ON t.id = held.sale_tender_id
"""


def insert_refunds(rows: Sequence[Sequence[Any]]) -> None:
    """Rows in the order of `_COLUMNS`; those that succeeded at once get their step."""
    sql = _INSERT.format(", ".join([_ROW] * len(rows)))
    execute(sql, [value for row in rows for value in row])


def claim_due(*, now: datetime, lease: datetime) -> ClaimedRefund | None:
    """Hold the refund that has been due longest until `lease`. Commit before calling anybody."""
    row = fetch_one(_CLAIM, {"now": now, "lease": lease})
    if row is None:
        return None
    refund_id, payment_ref, payment, amount, currency, gateway, attempts, asked_before = row
    key = refund_key(refund_id)
    order = RefundOrder(refund_id, key, payment_ref, payment or amount, amount, currency)
    return ClaimedRefund(order, gateway=gateway, attempts=attempts, asked_before=asked_before)
