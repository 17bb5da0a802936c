"""What pages say of destinations and of what failed: few statements, none over a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from apps.common.sql import fetch_all
from apps.integrations.models import SyncFlow
from apps.integrations.policy.flow_health import FlowNow, health_of
from apps.integrations.policy.health import CALLS_LOOKED_AT, CALLS_WITHIN, DEAD_COUNTED, Glance
from apps.integrations.states import FlowStatus
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale

# A file written has no status; what went wrong without an answer has a problem.
# The dead are counted in the order of the index `delivery_dead`, so that it is walked, not the table.
_GLANCE = """
SELECT d.id, w.oldest, x.dead, c.calls, c.failed, h.open_until, h.last_success_at
  FROM integrations_destination d
  LEFT JOIN integrations_destinationhealth h ON h.destination_id = d.id
 CROSS JOIN LATERAL (SELECT min(created_at) AS oldest FROM integrations_delivery
                      WHERE destination_id = d.id AND status IN ('pending', 'sending')) w
 CROSS JOIN LATERAL (SELECT count(*) AS dead FROM (
                     SELECT 1 FROM integrations_delivery
                      WHERE destination_id = d.id AND status = 'dead'
                      ORDER BY cause, id DESC LIMIT %(dead)s) few) x
 CROSS JOIN LATERAL (SELECT count(*) AS calls,
                            count(*) FILTER (WHERE problem <> '' OR status NOT BETWEEN 200 AND 299) AS failed
                       FROM (SELECT status, problem FROM integrations_call
                              WHERE destination_id = d.id AND at > %(since)s
                              ORDER BY at DESC LIMIT %(calls)s) recent) c
 WHERE d.id = ANY (%(ids)s)
"""

# The pairs (destination, cause) are found by jumping along the index `delivery_dead` from one to
# the next; of each, at most so many rows are counted. No counters that could come out of step, and
# a page costs the same with a hundred dead rows or with a million.
_GROUPS = """
WITH RECURSIVE groups AS (
    (SELECT destination_id, cause FROM integrations_delivery
      WHERE status = 'dead' ORDER BY destination_id, cause LIMIT 1)
    UNION ALL
    SELECT n.destination_id, n.cause FROM groups g CROSS JOIN LATERAL (
        SELECT destination_id, cause FROM integrations_delivery
         WHERE status = 'dead' AND (destination_id, cause) > (g.destination_id, g.cause)
         ORDER BY destination_id, cause LIMIT 1) n)
"""
_CAUSES = (
    _GROUPS
    + """
SELECT g.destination_id, d.name, g.cause, n.dead, coalesce(old.first_failed_at, old.settled_at), young.id,
       young.label, young.event_type, young.detail
  FROM groups g JOIN integrations_destination d ON d.id = g.destination_id
 CROSS JOIN LATERAL (SELECT count(*) AS dead FROM (
                     SELECT 1 FROM integrations_delivery x WHERE x.destination_id = g.destination_id
                        AND x.cause = g.cause AND x.status = 'dead'
                      ORDER BY x.id DESC LIMIT %(most)s) few) n
 CROSS JOIN LATERAL (SELECT first_failed_at, settled_at FROM integrations_delivery x
                      WHERE x.destination_id = g.destination_id AND x.cause = g.cause
                        AND x.status = 'dead' ORDER BY x.id LIMIT 1) old
 CROSS JOIN LATERAL (SELECT id, label, event_type, detail FROM integrations_delivery x
                      WHERE x.destination_id = g.destination_id AND x.cause = g.cause
                        AND x.status = 'dead' ORDER BY x.id DESC LIMIT 1) young
 ORDER BY d.name, g.cause LIMIT %(groups)s
"""
)
_NAMES = _GROUPS + " SELECT DISTINCT cause FROM groups ORDER BY cause LIMIT %s"
_WAITING = """
SELECT d.id, d.name, d.max_age_seconds, w.oldest
  FROM integrations_destination d
 CROSS JOIN LATERAL (SELECT min(created_at) AS oldest FROM integrations_delivery
                      WHERE destination_id = d.id AND status IN ('pending', 'sending')) w
 WHERE d.status <> 'disabled' ORDER BY w.oldest NULLS LAST, d.name LIMIT %s
"""
# The same jumps along the indexes of what was refused, `rejected_record_open` and
# `inbound_message_trouble`.
_REFUSED = """
WITH RECURSIVE groups AS (
    (SELECT {owner} AS owner, cause FROM {table} WHERE status = '{status}' ORDER BY {owner}, cause LIMIT 1)
    UNION ALL
    SELECT n.owner, n.cause FROM groups g CROSS JOIN LATERAL (
        SELECT {owner} AS owner, cause FROM {table}
         WHERE status = '{status}' AND ({owner}, cause) > (g.owner, g.cause)
         ORDER BY {owner}, cause LIMIT 1) n)
SELECT g.owner, o.name, '{status}', g.cause, n.refused, old.at, young.id, young.about, young.detail
  FROM groups g JOIN {owners} o ON o.id = g.owner
 CROSS JOIN LATERAL (SELECT count(*) AS refused FROM (
                     SELECT 1 FROM {table} x WHERE x.{owner} = g.owner AND x.cause = g.cause
                        AND x.status = '{status}' LIMIT %(most)s) few) n
 CROSS JOIN LATERAL (SELECT {at} AS at FROM {table} x WHERE x.{owner} = g.owner AND x.cause = g.cause
                        AND x.status = '{status}' ORDER BY x.id LIMIT 1) old
 CROSS JOIN LATERAL (SELECT id, {about} AS about, detail FROM {table} x WHERE x.{owner} = g.owner
                        AND x.cause = g.cause AND x.status = '{status}' ORDER BY x.id DESC LIMIT 1) young
 ORDER BY o.name, g.cause LIMIT %(groups)s
"""
_RECORDS = _REFUSED.format(
    table="integrations_rejectedrecord", owner="flow_id", owners="integrations_syncflow", status="open",
    at="asked_at", about="key",
)  # fmt: skip
_MESSAGES = _REFUSED.format(
    table="integrations_inboundmessage", owner="shop_id", owners="integrations_webshop",
    status="rejected", at="received_at", about="coalesce(nullif(label, ''), order_ref)",
)  # fmt: skip
COUNTED = 1_000
GROUPS = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """All that failed alike at one destination. `count` is exact up to 1,000; 1,001 is more."""

    destination_id: UUID
    destination: str
    cause: str
    count: int
    since: datetime | None
    example_id: int
    example: str
    example_type: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """All of one flow or web shop that was refused for one cause. `count` is exact up to 1,000."""

    where_id: UUID
    where: str
    status: str
    cause: str
    count: int
    since: datetime
    example_id: int | UUID
    example: str
    detail: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long the oldest delivery of a destination has been waiting; None: nothing waits."""

    destination_id: UUID
    name: str
    max_age_seconds: int
    oldest: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.oldest is not None and now - self.oldest > timedelta(
            seconds=self.max_age_seconds
        )


def longest_waiting(most: int) -> list[Waiting]:
    """Destinations by their oldest waiting delivery, the oldest first; in one statement."""
    return [Waiting(*row) for row in fetch_all(_WAITING, [most])]


def glances(ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Glance]:
    """How these destinations are doing, in one statement."""
    wanted: dict[str, Any] = {
        "ids": list(ids),
        "since": now - CALLS_WITHIN,
        "dead": DEAD_COUNTED + 1,
        "calls": CALLS_LOOKED_AT,
    }
    return {row[0]: Glance(*row[1:]) for row in fetch_all(_GLANCE, wanted)}


def dead_causes() -> list[Cause]:
    """What failed, by destination and cause, in one statement."""
    rows = fetch_all(_CAUSES, {"most": COUNTED + 1, "groups": GROUPS})
    return [Cause(*row) for row in rows]


def dead_cause_names() -> list[str]:
    """The causes alone, for a filter: nothing is counted."""
    return [row[0] for row in fetch_all(_NAMES, [GROUPS])]


def subjects_of(number: str) -> list[str]:
    """What events are about, by a number that people quote: a return, its refunds, a sale; or an id."""
    kinds = ("return", "refund", "sale", "policy", "terminal", "delivery")
    subjects = [f"{kind}:{number}" for kind in kinds]
    returns = [
        f"return:{key}"
        for key in CustomerReturn.objects.filter(number=number).values_list("pk", flat=True)
    ]
    refunds = Refund.objects.filter(reference__in=returns) if returns else Refund.objects.none()
    subjects += returns + [f"refund:{key}" for key in refunds.values_list("pk", flat=True)]
    sales = Sale.objects.filter(receipt_number=number).values_list("pk", flat=True)[:20]
    return subjects + [f"sale:{key}" for key in sales]


def refused_records() -> list[Refused]:
    """Records of sync flows in the error queue, by flow and cause, in one statement."""
    rows = fetch_all(_RECORDS, {"most": COUNTED + 1, "groups": GROUPS})
    return [Refused(*row) for row in rows]


def refused_messages() -> list[Refused]:
    """Messages of web shops in the error queue, by web shop and cause, in one statement."""
    rows = fetch_all(_MESSAGES, {"most": COUNTED + 1, "groups": GROUPS})
    return [Refused(*row) for row in rows]


def flow_health(flow: SyncFlow, now: datetime) -> str:
    """In a word of `policy.flow_health`; `flow.state` is loaded with the flow."""
    seen = FlowNow(
        paused=flow.status == FlowStatus.PAUSED,
        created_at=flow.created_at,
        done_at=flow.state.done_at,
        failures=flow.state.failures_in_a_row,
        max_age=timedelta(seconds=flow.max_age_seconds),
    )
    return health_of(seen, now)
