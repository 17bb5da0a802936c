"""How fast the trail is searched: entries of many shops made at once, then every way in, asked singly."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.place import Place

ROUNDS = 7
CHUNK = 500_000
_FILL = """
INSERT INTO audit_auditentry (at, occurred_at, actor_kind, actor_id, actor_label, credential_id, store_id,
    store_number, terminal_number, action, subject_type, subject_id, subject_label, outcome, reason, data, request_id)
SELECT now() - ({entries} - n) * interval '3 seconds', now() - ({entries} - n) * interval '3 seconds',
       CASE WHEN n % 50000 = 7 THEN 'user' WHEN n % 3 = 0 THEN 'worker' ELSE 'terminal' END,
       'actor-' || n % 2000, CASE WHEN n % 50000 = 7 THEN 'rare.person' ELSE 'B' || n % 200 || '/0' || n % 4 END,
       'key-' || n % 2000, 2000000 + n % 200, 'B' || n % 200, '0' || n % 4,
       CASE WHEN n % 50000 = 7 THEN 'policy.published'
            ELSE (ARRAY['sale.recorded', 'return.completed', 'refund.succeeded'])[1 + n % 3] END,
       (ARRAY['sale', 'return', 'refund'])[1 + n % 3], 'bench-' || n, 'BENCH-' || n,
       CASE WHEN n % 20000 = 7 THEN 'denied' WHEN n % 3 = 1 THEN 'approved' ELSE '' END, '',
       CASE n % 3 WHEN 2 THEN jsonb_build_object('provider_ref', 're_' || n)
                  ELSE jsonb_build_object('operator', 'op-' || n % 3000) END, 'req-' || n
  FROM generate_series({first}, {last}) AS n
"""
_SIZE = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('audit_auditentry')"
_ASK = "SELECT id FROM audit_auditentry WHERE {where} ORDER BY id DESC LIMIT 51"
_STRETCH = """
at >= now() - interval '{since} seconds' AND at < now() - interval '{until} seconds'
AND id >= (SELECT id FROM audit_auditentry WHERE at >= now() - interval '{wide} seconds' ORDER BY at, id LIMIT 1)
AND id <= (SELECT id FROM audit_auditentry WHERE at < now() - interval '{narrow} seconds'
            ORDER BY at DESC, id DESC LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class TrailSearch:
    """Milliseconds (median) for the first page of each way in, among so many entries."""

    entries: int
    filled_s: float
    gigabytes: float
    ms: Mapping[str, float]
    scans: int
    """Ways for which PostgreSQL would read the whole table."""


def measure(place: Place, entries: int) -> TrailSearch:
    """The table is filled while worker and beat stand still; they would seal meanwhile."""
    with place.background_paused():
        began = time.monotonic()
        for first in range(1, entries + 1, CHUNK):
            last = min(first + CHUNK - 1, entries)
            place.fetch(_FILL.format(entries=entries, first=first, last=last))
        filled = time.monotonic() - began
        place.fetch("ANALYZE audit_auditentry")
        (size,) = place.fetch(_SIZE)
        ways = _ways(entries)
        ms = {name: _median(place, _ASK.format(where=where)) for name, where in ways.items()}
        scans = sum(_scans(place, _ASK.format(where=where)) for where in ways.values())
    return TrailSearch(entries, filled, float(size) / 1e9, ms, scans)


def _ways(entries: int) -> dict[str, str]:
    middle = entries // 2 - entries // 2 % 3 + 2
    half = 3 * entries // 2
    stretch = _STRETCH.format(since=half, until=half - 3600, wide=half + 3600, narrow=half - 7200)
    return {
        "number": f"subject_label = 'BENCH-{middle}' AND subject_label <> ''",
        "provider reference": f"data ->> 'provider_ref' = 're_{middle}' AND data ? 'provider_ref'",
        "request": f"request_id = 'req-{middle}' AND request_id <> ''",
        "person": "actor_label = 'rare.person'",
        "cashier": "data ->> 'operator' = 'op-7' AND data ? 'operator'",
        "register": "store_number = 'B7' AND terminal_number = '03' AND terminal_number <> ''",
        "shop": "store_number = 'B7'",
        "rare action": "action = 'policy.published'",
        "rare outcome": "outcome = 'denied' AND outcome <> ''",
        "kind": "actor_kind = 'user'",
        "shop, rare action": "store_number = 'B7' AND action = 'policy.published'",
        "shop, rare outcome": "store_number = 'B8' AND outcome = 'denied' AND outcome <> ''",
        "an hour, long ago": stretch,
        "an hour, a shop": f"store_number = 'B7' AND {stretch}",
        "ten thousandth page": f"id < (SELECT max(id) - {min(510_000, entries // 2)} FROM audit_auditentry)",
    }


def _median(place: Place, sql: str) -> float:
    """By PostgreSQL's own clock, planning included; the first time warms it."""
    found = [_milliseconds(place, sql) for _ in range(ROUNDS)]
    return statistics.median(found[1:])


def _milliseconds(place: Place, sql: str) -> float:
    (plan,) = place.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
    return float(plan[0]["Planning Time"] + plan[0]["Execution Time"])


def _scans(place: Place, sql: str) -> bool:
    """Months in which nothing lies are read from end to end, and cost nothing."""
    (plan,) = place.fetch(f"EXPLAIN (FORMAT JSON) {sql}")
    return any(
        place.fetch(f"SELECT EXISTS (SELECT FROM {month})")[0] for month in _read_whole(plan)
    )


def _read_whole(plan: Any) -> set[str]:
    """The tables that some part of a plan reads from end to end."""
    if isinstance(plan, list):
        return set().union(*map(_read_whole, plan))
    found = set().union(*(_read_whole(p) for p in (plan.get("Plan"), *plan.get("Plans", ())) if p))
    return found | ({plan["Relation Name"]} if plan.get("Node Type") == "Seq Scan" else set())
