"""Months are made ahead, and what was caught while one was missing moves into it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.audit.services.verifying import check_trail
from apps.common.sql import execute, fetch_one
from apps.insights.causes import find_causes
from apps.retention import store
from apps.retention.commands import after
from apps.retention.services.making import make_months
from returns_mgmt.celery import app
from tests.audit.trail import write
from tests.books import nothing_changes
from tests.retention.months import PRESENT, TABLES, key_in, keys_of, months_of
from tests.threads import together

pytestmark = pytest.mark.django_db
NOW = datetime(PRESENT.year, PRESENT.month, 20, tzinfo=UTC)


@pytest.mark.parametrize("table", TABLES)
def test_three_months_ahead_stand_from_the_start(table: str) -> None:
    assert months_of(table) == [f"{table}_y{after(PRESENT, n):%Ym%m}" for n in range(4)]
    assert make_months(now=NOW) == []


def test_a_month_later_one_more_of_each_is_made() -> None:
    later = after(PRESENT, 1)
    made = make_months(now=datetime(later.year, later.month, 1, tzinfo=UTC))
    assert made == [
        f"{kind} {after(PRESENT, 4):%Y-%m}"
        for kind in ("trail", "events", "attempts", "calls", "deliveries")
    ]
    assert make_months(now=datetime(later.year, later.month, 1, tzinfo=UTC)) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_it_once() -> None:
    name = f"events_event_y{after(PRESENT, 3):%Ym%m}"
    execute(f"DROP TABLE {name}")
    made = together([lambda: make_months(now=NOW)] * 3)
    assert sorted(made, key=len) == [[], [], [f"events {after(PRESENT, 3):%Y-%m}"]]
    assert name in months_of("events_event")


@pytest.mark.django_db(transaction=True)
def test_who_makes_a_month_and_who_lists_them_lock_in_one_order() -> None:
    name = f"events_event_y{after(PRESENT, 3):%Ym%m}"

    def make() -> None:
        for _ in range(20):
            execute(f"DROP TABLE {name}")
            assert make_months(now=NOW) == [f"events {after(PRESENT, 3):%Y-%m}"]

    def look() -> None:
        for _ in range(100):
            assert len(store.read_partitions()) >= 5 * 5 - 1

    together([make, look, look])


def test_what_was_caught_raises_an_alert_and_moves() -> None:
    month = after(PRESENT, 4)
    with keys_of(month):
        write(1, "a.one", "a.two")
    assert store.count_rest("audit_auditentry") == 2
    assert [(f.kind, f.subject) for f in find_causes(NOW)] == [("months-not-made", "trail")]
    later = after(PRESENT, 1)
    with nothing_changes():
        make_months(now=datetime(later.year, later.month, 1, tzinfo=UTC))
    assert store.count_rest("audit_auditentry") == 0
    assert AuditEntry.objects.filter(id__gt=key_in(month)).count() == 2
    row = fetch_one("SELECT min(tableoid::regclass::text) FROM audit_auditentry")
    assert row == (f"audit_auditentry_y{month:%Ym%m}",)
    assert [f for f in find_causes(NOW) if f.kind == "months-not-made"] == []
    with connection.cursor() as cursor:
        assert [f.text for f in check_trail(cursor) if f.kind == "guard"] == []


def test_a_month_that_is_missing_soon_raises_an_alert() -> None:
    later = after(PRESENT, 3)
    found = find_causes(datetime(later.year, later.month, 2, tzinfo=UTC))
    assert {f.subject for f in found if f.kind == "months-not-made"} == {
        "trail", "events", "attempts", "calls", "deliveries",
    }  # fmt: skip


def test_no_other_table_is_cut_by_it() -> None:
    with pytest.raises(Exception, match="sales_sale is not cut by month"):
        store.make_month("sales_sale", timezone.now().date())


def test_every_task_of_the_beat_is_one() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted - set(app.tasks) == set()
