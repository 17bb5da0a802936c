"""Returns in set-based statements: the rulebook in one SELECT, a return with its lines in one INSERT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.sql import fetch_one
from apps.returns.policy.facts import Counters, Rulebook, Tally
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


# A returner is known by any of three signs; each has an index of its own.
_COUNTERS = """
WITH mine AS (
    SELECT kind, received_at, line_total_minor - fee_total_minor AS amount FROM returns_customerreturn
     WHERE status IN ('authorized', 'completed') AND currency = %(currency)s
       AND received_at > least(%(returner_since)s, %(without_receipt_since)s)
       AND (customer_ref <> '' AND customer_ref = %(customer)s
            OR id_hash <> '' AND id_hash = %(id_hash)s
            OR card_fingerprint <> '' AND card_fingerprint = %(card)s)),
operated AS (
    SELECT kind, status, waived, received_at, line_total_minor - fee_total_minor AS amount
      FROM returns_customerreturn
     WHERE operator_ref <> '' AND operator_ref = %(operator)s AND store_id = %(store)s
       AND currency = %(currency)s AND received_at >= least(%(exceptions_since)s, %(day_since)s)
       AND id IS DISTINCT FROM %(without)s::uuid),
prices AS (
    SELECT l.item_id, floor(min(l.total_minor / l.quantity))::bigint AS lowest
      FROM sales_saleline l JOIN sales_sale s ON s.id = l.sale_id
     WHERE l.item_id = ANY(%(items)s) AND s.sold_at > %(prices_since)s AND s.currency = %(currency)s
       AND NOT s.training AND NOT s.voided AND l.total_minor > 0
     GROUP BY 1)
SELECT (SELECT count(*) FROM mine WHERE received_at > %(returner_since)s),
       (SELECT coalesce(sum(amount), 0)::bigint FROM mine WHERE received_at > %(returner_since)s),
       (SELECT count(*) FROM mine
         WHERE kind IN ('blind', 'unverified') AND received_at > %(without_receipt_since)s),
       (SELECT coalesce(sum(amount), 0)::bigint FROM mine
         WHERE kind IN ('blind', 'unverified') AND received_at > %(without_receipt_since)s),
       (SELECT count(*) FROM operated WHERE received_at > %(exceptions_since)s
           AND (status = 'denied' OR kind IN ('blind', 'unverified') OR waived <> '{}')),
       (SELECT count(*) FROM operated
         WHERE status IN ('authorized', 'completed') AND received_at >= %(day_since)s),
       (SELECT coalesce(sum(amount), 0)::bigint FROM operated
         WHERE status IN ('authorized', 'completed') AND received_at >= %(day_since)s),
       (SELECT coalesce(jsonb_object_agg(item_id, lowest), '{}') FROM prices)
"""


@dataclass(frozen=True, slots=True)
class Returner:
    """Who brings the goods, by whatever is known; empty ones count for nothing."""

    customer: str = ""
    id_hash: str = ""
    card_fingerprint: str = ""

    @property
    def keys(self) -> list[str]:
        named = (("customer", self.customer), ("id", self.id_hash), ("card", self.card_fingerprint))
        return [f"{kind}:{value}" for kind, value in named if value]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be counted, each since a time of its own; `items` whose lowest price is wanted."""

    returner: Returner
    operator: str
    store_id: int
    currency: str
    items: list[int]
    returner_since: datetime
    without_receipt_since: datetime
    exceptions_since: datetime
    day_since: datetime
    prices_since: datetime
    without: UUID | None


def load_counters(asked: Asked) -> tuple[Counters, dict[int, int]]:
    """Counters, and the lowest price of a unit in minor units by item."""
    who = asked.returner
    row = fetch_one(
        _COUNTERS,
        {
            "customer": who.customer, "id_hash": who.id_hash, "card": who.card_fingerprint,
            "operator": asked.operator, "store": asked.store_id, "currency": asked.currency,
            "items": asked.items, "returner_since": asked.returner_since,
            "without_receipt_since": asked.without_receipt_since,
            "exceptions_since": asked.exceptions_since, "day_since": asked.day_since,
            "prices_since": asked.prices_since, "without": asked.without,
        },
    )  # fmt: skip
    assert row is not None
    counters = Counters(Tally(*row[0:2]), Tally(*row[2:4]), row[4], Tally(*row[5:7]))
    return counters, {int(item): lowest for item, lowest in json.loads(row[7]).items()}


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
