"""The only place that locks sales: the sale, then its lines by primary key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.common.money import CashRounding
from apps.common.sql import fetch_all, fetch_one
from apps.sales.commands import LineOfSale, SaleFacts, SaleKey, TaxOfLine, TenderOfSale

_SALE_AND_LINES = """
SELECT s.id, s.receipt_number, s.store_id, s.currency, s.sold_at, s.channel, s.customer_ref,
       s.training, s.voided, st.region_id, s.delivered_at, seen.last_seen_at, i.category, i.serial_tracked,
       l.id, l.line_number, l.item_id, i.sku, l.description, l.quantity, l.total_minor,
       l.authorized_quantity, l.returned_quantity, l.refunded_minor, l.serial_number, l.final_sale,
       i.returnable, i.hazardous, i.recalled, st.number, s.cash_increment_minor, s.cash_mode
  FROM sales_sale s
  JOIN stores_store st ON st.id = s.store_id
  JOIN sales_saleline l ON l.sale_id = s.id
  JOIN inventory_item i ON i.id = l.item_id
  LEFT JOIN terminals_terminal t ON t.store_id = s.store_id AND t.number = s.terminal_number
  LEFT JOIN terminals_terminalseen seen ON seen.terminal_id = t.id
"""
_BY_RECEIPT = " WHERE s.receipt_number = %s"
_BY_NATURAL_KEY = """
 WHERE st.number = %s AND s.terminal_number = %s AND s.business_date = %s AND s.sequence_number = %s
"""
_BY_ID = " WHERE s.id = %s"
_BY_IDS = " WHERE s.id = ANY(%s) ORDER BY l.id"
_TAX = "line_id, id, code, inclusive, tax_minor, refunded_minor"
_TENDER = """sale_id, id, number, kind, amount_minor, refunded_minor, pending_minor, gateway, gateway_ref,
       needs_card_present, card_fingerprint, rounding_minor, refund_rounding_minor"""
# As JSON, which tells both in one row of one statement.
_TAXES_AND_TENDERS = f"""
SELECT (SELECT coalesce(json_agg(json_build_array({_TAX}) ORDER BY line_id, id), '[]')
          FROM sales_salelinetax WHERE line_id = ANY(%s)),
       (SELECT coalesce(json_agg(json_build_array({_TENDER}) ORDER BY sale_id, number), '[]')
          FROM sales_saletender WHERE sale_id = ANY(%s))
"""
_OF_SALE, _MORE_OF_SALE, _OF_ITEM = slice(0, 9), slice(9, 12), slice(12, 14)
_OF_LINE, _SHOP, _CASH = slice(14, 29), 29, slice(30, 32)


def load_sale(key: SaleKey | UUID, line_numbers: Sequence[int], *, lock: bool) -> SaleFacts | None:
    """The sale, those of its lines that are named, and its tenders; None when there is no such sale.

    With `lock`, the sale and the lines are held until the transaction ends, so no other return of
    this sale is decided meanwhile. Taxes and tenders are read after the lock, in a statement of
    their own, since a row that is joined and not locked shows its state from before the wait.
    """
    where, params = _where(key)
    order = " ORDER BY l.id" + (" FOR NO KEY UPDATE OF s, l" if lock else "")
    rows = fetch_all(
        _SALE_AND_LINES + where + " AND l.line_number = ANY(%s)" + order,
        [*params, list(line_numbers)],
    ) or fetch_all(_SALE_AND_LINES + where + " ORDER BY l.id LIMIT 1", params)
    if not rows:
        return None
    named = [line for line in map(_line, rows) if line.line_number in line_numbers]
    lines, tenders = _taxes_and_tenders(named, [rows[0][0]])
    return _sale(rows[0], lines, tuple(TenderOfSale(*tender) for _, *tender in tenders))


def read_sales(sale_ids: Sequence[UUID]) -> dict[UUID, SaleFacts]:
    """Many sales, each with all of its lines, as they stand; two statements, and nothing is held."""
    heads: dict[UUID, tuple[Any, ...]] = {}
    lines: dict[UUID, list[LineOfSale]] = defaultdict(list)
    for row in fetch_all(_SALE_AND_LINES + _BY_IDS, [list(sale_ids)]):
        heads[row[0]] = row
        lines[row[0]].append(_line(row))
    named = [one for some in lines.values() for one in some]
    with_taxes, rows = _taxes_and_tenders(named, list(heads))
    taxed = {one.id: one for one in with_taxes}
    tenders: dict[UUID, list[TenderOfSale]] = defaultdict(list)
    for sale_id, *tender in rows:
        tenders[UUID(sale_id)].append(TenderOfSale(*tender))
    return {
        sale_id: _sale(row, tuple(taxed[one.id] for one in lines[sale_id]), tuple(tenders[sale_id]))
        for sale_id, row in heads.items()
    }


def _sale(
    row: tuple[Any, ...], lines: tuple[LineOfSale, ...], tenders: tuple[TenderOfSale, ...]
) -> SaleFacts:
    cash = CashRounding(*row[_CASH])
    values: list[Any] = [*row[_OF_SALE], lines, tenders, *row[_MORE_OF_SALE], row[_SHOP], cash]
    return SaleFacts(*values)


def _line(row: tuple[Any, ...]) -> LineOfSale:
    values: list[Any] = [*row[_OF_LINE], (), *row[_OF_ITEM]]
    return LineOfSale(*values)


def _where(key: SaleKey | UUID) -> tuple[str, list[Any]]:
    if isinstance(key, UUID):
        return _BY_ID, [key]
    if key.receipt_number:
        return _BY_RECEIPT, [key.receipt_number]
    return _BY_NATURAL_KEY, [key.store, key.terminal, key.business_date, key.sequence_number]


def _taxes_and_tenders(
    lines: Sequence[LineOfSale], sale_ids: Sequence[UUID]
) -> tuple[tuple[LineOfSale, ...], list[list[Any]]]:
    """The lines with their taxes; the tenders of the sales in the order of `_TENDER`."""
    by_line: dict[int, list[TaxOfLine]] = {line.id: [] for line in lines}
    row = fetch_one(_TAXES_AND_TENDERS, [list(by_line), list(sale_ids)])
    assert row is not None
    taxes, tenders = row
    for line_id, *tax in taxes:
        by_line[line_id].append(TaxOfLine(*tax))
    return tuple(replace(line, taxes=tuple(by_line[line.id])) for line in lines), tenders
