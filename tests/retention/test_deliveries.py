"""Deliveries, calls and attempts by month; and events, which leave by days once they are archived."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import ArchivedMonth
from apps.events.models import Event
from apps.events.services import place_events
from apps.integrations.models import Attempt, Call, Delivery, FeedReader
from apps.integrations.services.keeping import needed_from
from apps.integrations.store import insert_deliveries
from apps.integrations.tasks import forget_events
from apps.retention.kinds import BY_NAME
from apps.retention.services import archiving
from tests.audit.trail import NOBODY
from tests.books import nothing_changes
from tests.integrations.conftest import Erp
from tests.retention.months import PRESENT, ago, moment_in, months_of, plant_months, uuid_in

pytestmark = pytest.mark.django_db
NOW = datetime(PRESENT.year, PRESENT.month, 20, tzinfo=UTC)
KINDS = ("attempts", "calls", "deliveries")
TABLES = tuple(BY_NAME[kind].table for kind in KINDS)


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_FOLDER = str(tmp_path)
    settings.KEEP_DELIVERIES_MONTHS = settings.KEEP_CALLS_MONTHS = 3
    return tmp_path


def deliver(erp: Erp, month: int, status: str = "delivered") -> Delivery:
    """One delivery of that month, with its call and attempt."""
    at = moment_in(ago(month))
    delivery = Delivery.objects.create(
        destination=erp[0], event_id=uuid_in(ago(month)), event_type="sale.recorded", position=month,
        subject="sale:x", sequence=1, status=status, attempts=1, next_attempt_at=at, created_at=at,
        settled_at=at,
    )  # fmt: skip
    call = Call.objects.create(
        id=uuid_in(ago(month)), destination=erp[0], at=at, milliseconds=3, status=200,
        request_body='{"n": 1.50}', answer="ü",
    )  # fmt: skip
    Attempt.objects.create(delivery=delivery, call=call, number=1, outcome="ok")
    return delivery


def run() -> list[str]:
    made = archiving.archive_due(actor=NOBODY, now=NOW)
    return [f"{one.kind} {one.month:%Y-%m} {one.rows}" for one in made if one.rows]


def lines(folder: Path, table: str, month: int) -> list[dict[str, Any]]:
    text = gzip.decompress((folder / f"{table}_y{ago(month):%Ym%m}.jsonl.gz").read_bytes())
    return [json.loads(line) for line in text.splitlines()]


def test_what_is_old_goes_whole(archive: Path, erp: Erp) -> None:
    for table in TABLES:
        plant_months(table, 5)
    for month in (5, 4, 3):
        deliver(erp, month)
    assert run() == [f"{kind} {ago(n):%Y-%m} 1" for kind in KINDS for n in (5, 4)]
    for model in (Delivery, Call, Attempt):
        assert model.objects.count() == 1
    for table in TABLES:
        assert months_of(table)[0] == f"{table}_y{ago(3):%Ym%m}"
    (line,) = lines(archive, "integrations_call", 5)
    assert (line["id"], line["request_body"], line["answer"]) == (
        str(uuid_in(ago(5))), '{"n": 1.50}', "ü",
    )  # fmt: skip
    assert lines(archive, "integrations_delivery", 4)[0]["status"] == "delivered"
    assert run() == []


@pytest.mark.parametrize("status", ["pending", "dead"])
def test_what_is_not_over_holds_its_month_back(archive: Path, erp: Erp, status: str) -> None:
    plant_months("integrations_delivery", 5)
    deliver(erp, 5, status)
    deliver(erp, 4)
    with nothing_changes():
        assert [one for one in run() if one.startswith("deliveries")] == []


def test_an_event_goes_to_a_destination_once_over_all_months(erp: Erp) -> None:
    plant_months("integrations_delivery", 2)
    plant_months("events_event", 2)
    delivery = deliver(erp, 2)
    event = {
        "type": "sale.recorded", "subject_type": "sale", "subject_id": "x", "sequence": 1,
        "occurred_at": NOW, "recorded_at": NOW,
    }  # fmt: skip
    Event.objects.create(id=delivery.event_id, ordinal=900_001, position=900_001, **event)
    with nothing_changes():
        assert insert_deliveries(erp[0].pk, [delivery.event_id], now=NOW) == 0


@pytest.mark.parametrize("column", ["ordinal", "position", "sequence"])
def test_within_a_month_the_numbers_of_events_are_unique(column: str) -> None:
    place = {"subject_type": "sale", "subject_id": "x", "occurred_at": NOW, "recorded_at": NOW}
    first = {"ordinal": 900_001, "position": None, "sequence": 1}
    first |= {"position": 900_001} if column == "position" else {}
    second = {"ordinal": 900_002, "position": None, "sequence": 2, column: first[column]}
    Event.objects.create(**place, **first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(**place, **second)


@pytest.fixture
def old_events(archive: Path, erp: Erp) -> Path:
    """Two events of two months ago, one of the last month, one of now; all placed and delivered."""
    FeedReader.objects.all().delete()
    Event.objects.all().delete()
    plant_months("events_event", 2)
    for n, month in enumerate((2, 2, 1, 0), 1):
        at = moment_in(ago(month)) if month else NOW
        Event.objects.create(
            id=uuid_in(ago(month), n), ordinal=n, type="a.b", subject_type="sale", subject_id="x",
            sequence=n, occurred_at=at, recorded_at=at,
        )  # fmt: skip
    place_events()
    return archive


def test_events_are_archived_before_they_are_forgotten(old_events: Path) -> None:
    first = Event.objects.order_by("position").values_list("position", flat=True)[0]
    assert first is not None
    assert needed_from() == first
    forget_events()
    assert Event.objects.count() == 4
    assert run() == [f"events {ago(2):%Y-%m} 2", f"events {ago(1):%Y-%m} 1"]
    assert [line["sequence"] for line in lines(old_events, "events_event", 2)] == [1, 2]
    assert needed_from() == first + 3
    assert archiving.drop_forgotten(now=NOW) == []
    Event.objects.filter(sequence__lte=3).update(recorded_at=timezone.now() - timedelta(days=31))
    forget_events()
    assert archiving.drop_forgotten(now=NOW) == [f"events_event_y{ago(2):%Ym%m}"]
    assert ArchivedMonth.objects.filter(kind="events").count() == 2


def test_an_event_without_a_place_holds_its_month_back(old_events: Path) -> None:
    Event.objects.create(
        id=uuid_in(ago(2), 9), ordinal=9, type="a.b", subject_type="sale", subject_id="x", sequence=9,
        occurred_at=NOW, recorded_at=NOW,
    )  # fmt: skip
    assert [one for one in run() if one.startswith("events")] == []
