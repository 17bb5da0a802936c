"""Sales in set-based statements: one INSERT for the sale, one for all that hangs on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.common.sql import execute, fetch_one
from apps.sales.commands import LineChange

_INSERT_SALE = """
INSERT INTO sales_sale (id, store_id, terminal_id, terminal_number, business_date, sequence_number,
       receipt_number, channel, source_order_ref, sold_at, received_at, currency, operator_ref,
       customer_ref, gross_minor, discount_minor, tax_minor, total_minor, training, voided, content_hash,
       delivered_at, cash_increment_minor, cash_mode)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""

_INSERT_PARTS = """
WITH new_lines AS (
    INSERT INTO sales_saleline (sale_id, line_number, item_id, description, quantity, unit_price_minor,
           gross_minor, discount_minor, order_discount_minor, tax_minor, total_minor, serial_number,
           final_sale, authorized_quantity, returned_quantity, refunded_minor)
    SELECT %(sale)s, l.line_number, l.item_id, l.description, l.quantity, l.unit_price, l.gross,
           l.discount, l.order_discount, l.tax, l.total, l.serial_number, l.final_sale, 0, 0, 0
      FROM jsonb_to_recordset(%(lines)s::jsonb) AS l(line_number int, item_id bigint, description text,
           quantity numeric, unit_price bigint, gross bigint, discount bigint, order_discount bigint,
           tax bigint, total bigint, serial_number text, final_sale boolean)
     ORDER BY l.line_number
    RETURNING id, line_number),
new_taxes AS (
    INSERT INTO sales_salelinetax (line_id, code, rate, inclusive, taxable_minor, tax_minor, refunded_minor)
    SELECT n.id, t.code, t.rate, t.inclusive, t.taxable, t.amount, 0
      FROM jsonb_to_recordset(%(taxes)s::jsonb) AS t(line_number int, place int, code text, rate numeric,
           inclusive boolean, taxable bigint, amount bigint)
      JOIN new_lines n USING (line_number)
     ORDER BY n.id, t.place)
INSERT INTO sales_saletender (sale_id, number, kind, amount_minor, gateway, gateway_ref, card_brand,
       last4, needs_card_present, card_fingerprint, rounding_minor, refund_rounding_minor, refunded_minor,
       pending_minor)
SELECT %(sale)s, t.number, t.kind, t.amount, t.gateway, t.gateway_ref, t.card_brand, t.last4,
       t.needs_card_present, t.card_fingerprint, t.rounding, 0, 0, 0
  FROM jsonb_to_recordset(%(tenders)s::jsonb) AS t(number int, kind text, amount bigint, gateway text,
       gateway_ref text, card_brand text, last4 text, needs_card_present boolean, card_fingerprint text,
       rounding bigint)
 ORDER BY t.number
"""

# Several changes may name one line, but an UPDATE applies only one row to each: hence the sums. The
# last part sees the lines as they stood before, and the sale is held: what is left is known with that.
_CHANGE_LINES = """
WITH taxes AS (
    UPDATE sales_salelinetax AS t SET refunded_minor = t.refunded_minor + c.refunded
      FROM (SELECT id, sum(refunded) AS refunded FROM unnest(%s::bigint[], %s::bigint[]) AS u(id, refunded)
             GROUP BY id) AS c
     WHERE t.id = c.id),
changes AS (
    SELECT id, sum(authorized) AS authorized, sum(returned) AS returned, sum(refunded) AS refunded
      FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::bigint[])
           AS u(id, authorized, returned, refunded)
     GROUP BY id),
changed AS (
    UPDATE sales_saleline AS l
       SET authorized_quantity = l.authorized_quantity + c.authorized,
           returned_quantity = l.returned_quantity + c.returned,
           refunded_minor = l.refunded_minor + c.refunded
      FROM changes AS c WHERE l.id = c.id)
SELECT NOT EXISTS (SELECT 1 FROM sales_saleline AS l LEFT JOIN changes AS c USING (id)
                    WHERE l.sale_id = %s AND l.returned_quantity + coalesce(c.returned, 0) < l.quantity)
"""

_CHANGE_TENDERS = """
UPDATE sales_saletender AS t
   SET pending_minor = t.pending_minor + c.pending, refunded_minor = t.refunded_minor + c.refunded
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS c(id, pending, refunded)
 WHERE t.id = c.id
"""

_CHANGE_ROUNDING = """
UPDATE sales_saletender AS t SET refund_rounding_minor = t.refund_rounding_minor + c.rounding
  FROM unnest(%s::bigint[], %s::bigint[]) AS c(id, rounding)
 WHERE t.id = c.id
"""


def insert_sale(values: Sequence[Any]) -> bool:
    """False when another sale stands under the natural key or the receipt number."""
    return execute(_INSERT_SALE, values) == 1


def insert_parts(
    sale_id: UUID,
    lines: Sequence[dict[str, Any]],
    taxes: Sequence[dict[str, Any]],
    tenders: Sequence[dict[str, Any]],
) -> None:
    parts = {"lines": lines, "taxes": taxes, "tenders": tenders}
    params = {name: json.dumps(rows, default=str) for name, rows in parts.items()}
    execute(_INSERT_PARTS, {"sale": sale_id, **params})


def change_lines(sale_id: UUID, changes: Sequence[LineChange]) -> bool:
    """Whether nothing of the sale is left out there afterwards."""
    taxes = [tax for change in changes for tax in change.taxes]
    row = fetch_one(
        _CHANGE_LINES,
        [
            [tax_id for tax_id, _ in taxes],
            [minor for _, minor in taxes],
            [c.line_id for c in changes],
            [Decimal(c.authorized) for c in changes],
            [Decimal(c.returned) for c in changes],
            [c.refunded_minor for c in changes],
            sale_id,
        ],
    )
    return bool(row and row[0])


def change_tenders(changes: Sequence[tuple[int, int, int]]) -> None:
    """(tender, pending more, refunded more), applied in tender order."""
    ordered = sorted(changes)
    execute(_CHANGE_TENDERS, [list(column) for column in zip(*ordered, strict=True)])


def change_rounding(by_tender: Mapping[int, int]) -> None:
    """Minor units more that what goes back to each cash tender was rounded by."""
    ordered = sorted(by_tender.items())
    execute(_CHANGE_ROUNDING, [list(column) for column in zip(*ordered, strict=True)])
