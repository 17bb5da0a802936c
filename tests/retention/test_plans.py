"""The hot statements look into the months that they need, and no others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit import store as trail
from apps.audit.services.sealing import seal_entries
from apps.common.sql import execute
from apps.events import store as events
from apps.events.models import Event
from apps.integrations import store as deliveries
from apps.integrations.models import Delivery
from tests.integrations.conftest import Erp
from tests.retention.months import PRESENT, ago, key_in, plan_of, plant_months, uuid_in
from tests.world import Register

pytestmark = [pytest.mark.django_db, pytest.mark.cooks_the_books]
NOW_MONTH = f"{PRESENT:y%Ym%m}"


def scanned(plan: str, table: str) -> set[str]:
    """The months in which something was really looked for."""
    ran = [line for line in plan.splitlines() if "never executed" not in line and "Scan" in line]
    return {m for line in ran for m in re.findall(rf" on {table}_(y\d{{4}}m\d\d|rest)", line)}


@pytest.fixture
def busy(register: Register, erp: Erp) -> Register:
    for table in ("audit_auditentry", "events_event", "integrations_delivery"):
        plant_months(table, 3)
    register.sell()
    register.sell()
    events.place_batch(500)
    ids = list(Event.objects.values_list("pk", flat=True))
    deliveries.insert_deliveries(erp[0].pk, ids, now=timezone.now())
    plant_rows(erp)
    return register


def plant_rows(erp: Erp) -> None:
    """Enough of last month that looking everywhere would be dear."""
    execute(
        "INSERT INTO audit_auditentry (id, at, actor_kind, actor_id, actor_label, store_number,"
        " terminal_number, action, subject_type, subject_id, subject_label, outcome, reason, data,"
        " request_id) SELECT %s + n, now(), '', '', '', '', '', 'a', '', '', '', '', '', '{}', ''"
        " FROM generate_series(1, 5000) n",
        [key_in(ago(1))],
    )
    execute(
        "INSERT INTO integrations_delivery (destination_id, event_id, event_type, position, subject,"
        " sequence, label, status, attempts, tries, next_attempt_at, lease_until, cause, detail,"
        " created_at, settled_by, note) SELECT %s, (%s || lpad(to_hex(n), 12, '0'))::uuid, 'a', n, 'a', n,"
        " '', 'sending', 1, 1, now(), now() + interval '1 day', '', '', now(), '', ''"
        " FROM generate_series(1, 5000) n",
        [erp[0].pk, str(uuid_in(ago(1)))[:24]],
    )
    execute("ANALYZE audit_auditentry, integrations_delivery, audit_unsealedentry")


def test_placing_writes_to_the_month_of_the_event_only(busy: Register) -> None:
    Event.objects.update(position=None)
    plan = plan_of(events._PLACE, 500)
    update = plan[plan.index("Update on events_event") :]
    joined = update[: update.index("CTE moved")] if "CTE moved" in update else update
    assert scanned(joined, "events_event e") <= {NOW_MONTH}
    assert Event.objects.filter(position=None).count() == 0


def test_fan_out_reads_the_month_of_the_event_only(busy: Register, erp: Erp) -> None:
    Delivery.objects.all().delete()
    ids = list(Event.objects.values_list("pk", flat=True))
    now = timezone.now()
    plan = plan_of(deliveries._INSERT, erp[0].pk, now, now, ids)
    assert scanned(plan, "events_event") == {NOW_MONTH}
    assert Delivery.objects.count() == len(ids)


def test_settling_and_releasing_touch_the_month_of_the_event_only(busy: Register, erp: Erp) -> None:
    now = timezone.now()
    claims = deliveries.claim(
        erp[0].pk, limit=3, ordered=False, before=now, lease=now + timedelta(minutes=1), now=now
    )
    ids, events_, fence = zip(*((c.id, c.event_id, c.attempts) for c in claims), strict=True)
    plan = plan_of(deliveries._RELEASE, list(ids), list(events_), list(fence))
    assert scanned(plan, "integrations_delivery") == {NOW_MONTH}


def test_a_claim_updates_the_month_of_the_event_only(busy: Register, erp: Erp) -> None:
    """Looking for what is due goes along the small indexes of all months; the write does not."""
    now = timezone.now()
    names = re.findall(r"%\((\w+)\)s", deliveries._CLAIM)
    values = {"destination": erp[0].pk, "limit": 3, "ordered": False, "before": now,
              "lease": now + timedelta(minutes=1), "now": now}  # fmt: skip
    plan = plan_of(re.sub(r"%\(\w+\)s", "%s", deliveries._CLAIM), *(values[n] for n in names))
    assert " Seq Scan" not in plan
    update = [line for line in plan.splitlines() if "_pkey" in line or "event_id" in line]
    assert all(
        "never executed" in line or NOW_MONTH in line for line in update if "Scan using" in line
    )
    assert Delivery.objects.filter(status="sending").count() == 5003


def test_sealing_reads_the_month_of_the_entry_only(busy: Register) -> None:
    plan = plan_of(trail._TAKE, 1000)
    assert scanned(plan, "audit_auditentry") == {NOW_MONTH}
    assert seal_entries() > 0


def test_the_newest_entries_are_found_without_sorting(busy: Register) -> None:
    plan = plan_of("SELECT id FROM audit_auditentry ORDER BY id DESC LIMIT 3")
    assert "Sort Method" not in plan
    assert scanned(plan, "audit_auditentry") >= {NOW_MONTH}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditentry WHERE tableoid::regclass::text ~ 'rest'"
        )
        assert cursor.fetchone() == (0,)
