"""Returns in set-based statements: the rulebook in one SELECT, a return with its lines in one INSERT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.common.sql import execute, fetch_all, fetch_one
from apps.returns.policy.facts import Counters, Rulebook, Tally
from apps.returns.policy.settings import rules_of

# Which policies are for a shop and a channel, and which of them decides: the highest priority, then
# the narrower scope, then the one for this channel.
_FITS = """(p.scope = 'all' OR (p.scope = 'region' AND p.region_id = {region})
                        OR (p.scope = 'store' AND p.store_id = {store}))
   AND p.channel IN ('', {channel})"""
_BEST_FIRST = """p.priority DESC NULLS LAST,
          CASE p.scope WHEN 'store' THEN 0 WHEN 'region' THEN 1 ELSE 2 END, p.channel = '', p.id"""
_NAMED = {"store": "%(store)s", "region": "%(region)s", "channel": "%(channel)s"}
_OF_PLACE = {"store": "d.store", "region": "d.region", "channel": "d.channel"}

_RULEBOOK = f"""
SELECT v.id, p.name, v.version, v.rules,
       (SELECT coalesce(jsonb_object_agg(code, disposition), '{{}}') FROM returns_reasoncode
         WHERE code = ANY(%(reasons)s)),
       (SELECT coalesce(jsonb_object_agg(code, disposition), '{{}}') FROM returns_conditioncode
         WHERE code = ANY(%(conditions)s))
  FROM (VALUES (1)) AS always(n)
  LEFT JOIN (
       returns_returnpolicy p JOIN returns_policyversion v ON v.policy_id = p.id AND v.status = 'published')
    ON {_FITS.format(**_NAMED)}
 ORDER BY {_BEST_FIRST}
 LIMIT 1
"""

_CANDIDATES = f"""
SELECT p.id FROM returns_returnpolicy p WHERE {_FITS.format(**_NAMED)} ORDER BY {_BEST_FIRST}
"""

_DECIDERS = f"""
SELECT DISTINCT ON (d.place) p.id
  FROM unnest(%(stores)s::bigint[], %(regions)s::bigint[], %(channels)s::text[])
       WITH ORDINALITY AS d(store, region, channel, place)
  LEFT JOIN returns_returnpolicy p ON {_FITS.format(**_OF_PLACE)}
        AND (p.id = %(as_if)s OR EXISTS (SELECT 1 FROM returns_policyversion v
                                          WHERE v.policy_id = p.id AND v.status = 'published'))
 ORDER BY d.place, {_BEST_FIRST}
"""

_ADJUSTMENTS = """
    INSERT INTO returns_returnadjustment (customer_return_id, kind, line_number, sale_tender_id, amount_minor,
           reason, made_by, alone_minor, approved_by, in_effect)
    SELECT made.id, a.kind, a.line, a.tender, a.amount, a.reason, a.made_by, a.alone, a.approved_by, a.in_effect"""
_ADJUSTMENT_ROWS = """jsonb_to_recordset(%(adjustments)s::jsonb) AS a(kind text, line int, tender bigint,
           amount bigint, reason text, made_by text, alone bigint, approved_by text, in_effect boolean)"""

_INSERT = f"""
WITH made AS (
    INSERT INTO returns_customerreturn (id, number, store_id, terminal_id, sale_id, receipt_number, kind,
           purchase_channel, status, decision, policy_version_id, operator_ref, customer_ref, refund_to,
           currency, line_total_minor, fee_total_minor, fees_kept_by, adjustment_total_minor, rounding_minor,
           exchange_total_minor, refund_total_minor, due_minor,
           scope, occurred_at, received_at, expires_at, completed_at, clock_suspect, id_hash, card_fingerprint,
           offline_outcome, offline_data_at, waived, messages, trace)
    VALUES (%(id)s, 'R-' || %(store_number)s || '-' || lpad(nextval('returns_number')::text, 6, '0'),
           %(store)s, %(terminal)s, %(sale)s, %(receipt)s, %(kind)s, %(channel)s, %(status)s, %(decision)s,
           %(policy_version)s, %(operator)s, %(customer)s, %(refund_to)s, %(currency)s, %(line_total)s, %(fee_total)s,
           %(fees_kept_by)s, %(adjustment_total)s, %(rounding)s,
           %(exchange_total)s, %(refund_total)s, %(due)s, %(scope)s, %(occurred_at)s, %(received_at)s,
           %(expires_at)s, %(completed_at)s, %(clock_suspect)s, %(id_hash)s, %(card_fingerprint)s,
           %(offline_outcome)s, %(offline_data_at)s, '{{}}', %(messages)s, %(trace)s)
    RETURNING id, number),
lines AS (
    INSERT INTO returns_returnline (customer_return_id, number, sale_line_id, sale_line_number, item_id, sku,
           requested_quantity, authorized_quantity, received_quantity, reason, condition, disposition,
           serial_number, net_minor, tax_minor, fee_minor, refund_minor, adjustment_minor, taxes, outcome, codes)
    SELECT made.id, l.number, l.sale_line_id, l.sale_line_number, l.item_id, l.sku, l.requested, l.authorized,
           l.received, l.reason, l.condition, l.disposition, l.serial_number, l.net, l.tax, l.fee, l.refund,
           l.adjustment, l.taxes, l.outcome, ARRAY(SELECT jsonb_array_elements_text(l.codes))
      FROM made, jsonb_to_recordset(%(lines)s::jsonb) AS l(number int, sale_line_id bigint,
           sale_line_number int, item_id bigint, sku text, requested numeric, authorized numeric,
           received numeric, reason text, condition text, disposition text, serial_number text, net bigint,
           tax bigint, fee bigint, refund bigint, adjustment bigint, taxes jsonb, outcome text, codes jsonb)),
exchange AS (
    INSERT INTO returns_exchangeline (customer_return_id, number, item_id, quantity, unit_price_minor,
           total_minor, reserved)
    SELECT made.id, e.number, e.item_id, e.quantity, e.unit_price, e.total, e.reserved
      FROM made, jsonb_to_recordset(%(exchange)s::jsonb) AS e(number int, item_id bigint, quantity numeric,
           unit_price bigint, total bigint, reserved boolean)),
adjustments AS ({_ADJUSTMENTS} FROM made, {_ADJUSTMENT_ROWS})
SELECT number FROM made
"""

_INSERT_ADJUSTMENTS = f"{_ADJUSTMENTS} FROM (SELECT %(id)s::uuid AS id) made, {_ADJUSTMENT_ROWS}"


# A returner is known by any of three signs; each has an index of its own.
_COUNTERS = """
WITH mine AS (
    SELECT kind, received_at, line_total_minor - fee_total_minor + adjustment_total_minor AS amount
      FROM returns_customerreturn
     WHERE status IN ('authorized', 'completed') AND currency = %(currency)s
       AND received_at > least(%(returner_since)s, %(without_receipt_since)s)
       AND (customer_ref <> '' AND customer_ref = %(customer)s
            OR id_hash <> '' AND id_hash = %(id_hash)s
            OR card_fingerprint <> '' AND card_fingerprint = %(card)s)),
operated AS (
    SELECT kind, status, waived, received_at, line_total_minor - fee_total_minor + adjustment_total_minor AS amount
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


# The same for many past returns: what was made before each of them, in the state of that moment.
# Most stay as they are made; when the others were allowed or ended, the trail knows.
_ENTRIES = """FROM audit_auditentry e
            WHERE e.subject_type = 'return' AND e.subject_id = r.id::text AND e.at <= c.heard_at"""
_BEGAN = "bool_or(e.action IN ('return.authorized', 'return.completed'))"
_COUNTED_THEN = f"""
    CASE WHEN r.status IN ('authorized', 'completed') AND r.waived = '{{}}' THEN true
         WHEN r.status IN ('authorized', 'completed', 'voided', 'expired') THEN
          (SELECT coalesce({_BEGAN} AND NOT bool_or(e.action IN ('return.voided', 'return.expired')), false)
             {_ENTRIES})
         ELSE false END"""
# Of a return that was completed later, with fewer goods than were promised, the trail knows its worth.
_WORTH_THEN = """
    CASE WHEN r.completed_at > c.heard_at THEN
          coalesce((SELECT (e.data->>'worth_minor')::bigint FROM audit_auditentry e
                     WHERE e.subject_type = 'return' AND e.subject_id = r.id::text
                       AND e.action = 'return.authorized' AND e.at <= c.heard_at LIMIT 1),
                   r.line_total_minor - r.fee_total_minor + r.adjustment_total_minor)
         ELSE r.line_total_minor - r.fee_total_minor + r.adjustment_total_minor END AS amount"""
_COUNTERS_OF = f"""
SELECT c.n, mine.returns, mine.amount, mine.without, mine.without_amount, operated.exceptions,
       operated.today, operated.today_amount, coalesce(prices.lowest, '{{}}')
  FROM jsonb_to_recordset(%s::jsonb) AS c(n int, own uuid, heard_at timestamptz, customer text, id_hash text,
       card text, operator text, store bigint, currency text, items bigint[], returner_since timestamptz,
       without_receipt_since timestamptz, exceptions_since timestamptz, day_since timestamptz,
       prices_since timestamptz)
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE m.received_at > c.returner_since) AS returns,
           coalesce(sum(m.amount) FILTER (WHERE m.received_at > c.returner_since), 0)::bigint AS amount,
           count(*) FILTER (WHERE m.bare AND m.received_at > c.without_receipt_since) AS without,
           coalesce(sum(m.amount) FILTER (WHERE m.bare AND m.received_at > c.without_receipt_since),
                    0)::bigint AS without_amount
      FROM (SELECT r.received_at, r.kind IN ('blind', 'unverified') AS bare,
                   {_WORTH_THEN}
              FROM returns_customerreturn r
             WHERE (r.customer_ref <> '' AND r.customer_ref = c.customer
                    OR r.id_hash <> '' AND r.id_hash = c.id_hash
                    OR r.card_fingerprint <> '' AND r.card_fingerprint = c.card)
               AND r.currency = c.currency AND r.id < c.own
               AND r.received_at > least(c.returner_since, c.without_receipt_since)
               AND {_COUNTED_THEN}) AS m) AS mine
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.exception AND o.received_at > c.exceptions_since) AS exceptions,
           count(*) FILTER (WHERE o.counted AND o.received_at >= c.day_since) AS today,
           coalesce(sum(o.amount) FILTER (WHERE o.counted AND o.received_at >= c.day_since),
                    0)::bigint AS today_amount
      FROM (SELECT r.received_at, {_WORTH_THEN},
                   {_COUNTED_THEN} AS counted,
                   (r.status = 'denied' OR r.kind IN ('blind', 'unverified')
                    OR r.waived <> '{{}}' AND (SELECT coalesce({_BEGAN}, false) {_ENTRIES})) AS exception
              FROM returns_customerreturn r
             WHERE r.operator_ref <> '' AND r.operator_ref = c.operator AND r.store_id = c.store
               AND r.currency = c.currency AND r.id < c.own
               AND r.received_at >= least(c.exceptions_since, c.day_since)) AS o) AS operated
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(p.item_id, p.lowest) AS lowest
      FROM (SELECT l.item_id, floor(min(l.total_minor / l.quantity))::bigint AS lowest
              FROM sales_saleline l JOIN sales_sale s ON s.id = l.sale_id
             WHERE l.item_id = ANY(c.items) AND s.sold_at > c.prices_since AND s.currency = c.currency
               AND s.received_at <= c.heard_at
               AND NOT s.training AND NOT s.voided AND l.total_minor > 0
             GROUP BY 1) AS p) AS prices ON c.items <> '{{}}'
"""


_ADD_TALLIES = """
INSERT INTO returns_backtesttally AS t (back_test_id, before, after, code, currency, rebuilt, returns, changed,
       before_minor, after_minor)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::bigint[],
       %s::bigint[], %s::bigint[], %s::bigint[])
ON CONFLICT (back_test_id, before, after, code, currency, rebuilt) DO UPDATE
   SET returns = t.returns + excluded.returns, changed = t.changed + excluded.changed,
       before_minor = t.before_minor + excluded.before_minor,
       after_minor = t.after_minor + excluded.after_minor
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


def load_counters_of(
    asked: Mapping[int, tuple[Asked, datetime]],
) -> dict[int, tuple[Counters, dict[int, int]]]:
    """For past returns, by a number each: what is to be counted, and when it was heard."""
    cases = [
        {
            "n": n, "own": one.without, "heard_at": heard_at, "customer": one.returner.customer,
            "id_hash": one.returner.id_hash, "card": one.returner.card_fingerprint,
            "operator": one.operator, "store": one.store_id, "currency": one.currency,
            "items": one.items, "returner_since": one.returner_since,
            "without_receipt_since": one.without_receipt_since,
            "exceptions_since": one.exceptions_since, "day_since": one.day_since,
            "prices_since": one.prices_since,
        }
        for n, (one, heard_at) in asked.items()
    ]  # fmt: skip
    if not cases:
        return {}
    rows = fetch_all(_COUNTERS_OF, [json.dumps(cases, default=str)])
    return {
        row[0]: (
            Counters(Tally(*row[1:3]), Tally(*row[3:5]), row[5], Tally(*row[6:8])),
            {int(item): lowest for item, lowest in json.loads(row[8]).items()},
        )
        for row in rows
    }


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


def candidates(*, store_id: int, region_id: int | None, channel: str) -> list[int]:
    """The policies for this shop and channel, the one that goes before all others first."""
    params = {"store": store_id, "region": region_id, "channel": channel}
    return [row[0] for row in fetch_all(_CANDIDATES, params)]


Place = tuple[int, int | None, str]
"""A shop, its region, and the channel in which was bought."""


def deciders(places: Sequence[Place], *, as_if: int | None = None) -> dict[Place, int | None]:
    """The policy that decides in each place, were `as_if` in force too."""
    stores, regions, channels = ([one[n] for one in places] for n in range(3))
    params = {"stores": stores, "regions": regions, "channels": channels, "as_if": as_if}
    found = [row[0] for row in fetch_all(_DECIDERS, params)]
    return dict(zip(places, found, strict=True))


def add_tallies(back_test_id: int, sums: Mapping[tuple[Any, ...], Mapping[str, int]]) -> None:
    """Add to the sums of a back-test; keys are (before, after, code, currency, rebuilt)."""
    rows = [
        (*key, one["returns"], one["changed"], one["before"], one["after"])
        for key, one in sorted(sums.items())
    ]
    if rows:
        execute(_ADD_TALLIES, [back_test_id, *(list(column) for column in zip(*rows, strict=True))])


def insert_return(values: Mapping[str, Any]) -> str:
    """Write a return with its lines and exchange lines; its number."""
    documents = ("messages", "trace", "lines", "exchange", "adjustments")
    params = {k: json.dumps(v, default=str) if k in documents else v for k, v in values.items()}
    row = fetch_one(_INSERT, params)
    assert row is not None
    return str(row[0])


def insert_adjustments(return_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write adjustments of a return that stands already."""
    if rows:
        execute(_INSERT_ADJUSTMENTS, {"id": return_id, "adjustments": json.dumps(rows)})
