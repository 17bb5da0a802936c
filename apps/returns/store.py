"""Returns in set-based statements: the rulebook in one SELECT, a return with its lines in one INSERT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from apps.common.sql import fetch_one
from apps.returns.policy.facts import Rulebook
from apps.returns.policy.settings import rules_of

# The published version that fits shop and channel best: highest priority, then the narrower scope.
_RULEBOOK = """
SELECT v.id, p.name, v.version, v.rules,
       (SELECT coalesce(jsonb_object_agg(code, disposition), '{}') FROM returns_reasoncode
         WHERE code = ANY(%(reasons)s)),
       (SELECT coalesce(jsonb_object_agg(code, disposition), '{}') FROM returns_conditioncode
         WHERE code = ANY(%(conditions)s))
  FROM (VALUES (1)) AS always(n)
  LEFT JOIN (
       returns_returnpolicy p JOIN returns_policyversion v ON v.policy_id = p.id AND v.status = 'published')
    ON (p.scope = 'all' OR (p.scope = 'region' AND p.region_id = %(region)s)
                        OR (p.scope = 'store' AND p.store_id = %(store)s))
   AND p.channel IN ('', %(channel)s)
 ORDER BY p.priority DESC NULLS LAST, CASE p.scope WHEN 'store' THEN 0 WHEN 'region' THEN 1 ELSE 2 END,
          p.channel = '', p.id
 LIMIT 1
"""

_INSERT = """
WITH made AS (
    INSERT INTO returns_customerreturn (id, number, store_id, terminal_id, sale_id, receipt_number, kind,
           purchase_channel, status, decision, policy_version_id, operator_ref, customer_ref, refund_to,
           currency, line_total_minor, fee_total_minor, exchange_total_minor, refund_total_minor, due_minor,
           scope, occurred_at, received_at, expires_at, completed_at, clock_suspect, id_hash, card_fingerprint,
           offline_outcome, offline_data_at, waived, messages, trace)
    VALUES (%(id)s, 'R-' || %(store_number)s || '-' || lpad(nextval('returns_number')::text, 6, '0'),
           %(store)s, %(terminal)s, %(sale)s, %(receipt)s, %(kind)s, %(channel)s, %(status)s, %(decision)s,
           %(policy_version)s, %(operator)s, %(customer)s, %(refund_to)s, %(currency)s, %(line_total)s, %(fee_total)s,
           %(exchange_total)s, %(refund_total)s, %(due)s, %(scope)s, %(occurred_at)s, %(received_at)s,
           %(expires_at)s, %(completed_at)s, %(clock_suspect)s, %(id_hash)s, %(card_fingerprint)s,
           %(offline_outcome)s, %(offline_data_at)s, '{}', %(messages)s, %(trace)s)
    RETURNING id, number),
lines AS (
    INSERT INTO returns_returnline (customer_return_id, number, sale_line_id, sale_line_number, item_id, sku,
           requested_quantity, authorized_quantity, received_quantity, reason, condition, disposition,
           serial_number, net_minor, tax_minor, fee_minor, refund_minor, taxes, outcome, codes)
    SELECT made.id, l.number, l.sale_line_id, l.sale_line_number, l.item_id, l.sku, l.requested, l.authorized,
           l.received, l.reason, l.condition, l.disposition, l.serial_number, l.net, l.tax, l.fee, l.refund,
           l.taxes, l.outcome, ARRAY(SELECT jsonb_array_elements_text(l.codes))
      FROM made, jsonb_to_recordset(%(lines)s::jsonb) AS l(number int, sale_line_id bigint,
           sale_line_number int, item_id bigint, sku text, requested numeric, authorized numeric,
           received numeric, reason text, condition text, disposition text, serial_number text, net bigint,
           tax bigint, fee bigint, refund bigint, taxes jsonb, outcome text, codes jsonb)),
exchange AS (
    INSERT INTO returns_exchangeline (customer_return_id, number, item_id, quantity, unit_price_minor,
           total_minor, reserved)
    SELECT made.id, e.number, e.item_id, e.quantity, e.unit_price, e.total, e.reserved
      FROM made, jsonb_to_recordset(%(exchange)s::jsonb) AS e(number int, item_id bigint, quantity numeric,
           unit_price bigint, total bigint, reserved boolean))
SELECT number FROM made
"""


def load_rulebook(
    *,
    store_id: int,
    region_id: int | None,
    channel: str,
    reasons: Sequence[str],
    conditions: Sequence[str],
) -> tuple[Rulebook | None, dict[str, str], dict[str, str]]:
    """The version in force (None: there is none), and the dispositions of those reasons and conditions."""
    row = fetch_one(
        _RULEBOOK,
        {
            "store": store_id,
            "region": region_id,
            "channel": channel,
            "reasons": list(reasons),
            "conditions": list(conditions),
        },
    )
    assert row is not None
    version_id, name, version, rules, by_reason, by_condition = row
    book = None
    if version_id is not None:
        book = Rulebook(version_id, name, version, rules_of(rules))
    return book, json.loads(by_reason), json.loads(by_condition)


def insert_return(values: Mapping[str, Any]) -> str:
    """Write a return with its lines and exchange lines; its number."""
    documents = ("messages", "trace", "lines", "exchange")
    params = {k: json.dumps(v, default=str) if k in documents else v for k, v in values.items()}
    row = fetch_one(_INSERT, params)
    assert row is not None
    return str(row[0])
