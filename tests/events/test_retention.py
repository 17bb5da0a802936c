"""The feed keeps its last 30 days: what is older goes from its beginning, and nothing else does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.events import services
from apps.events.models import Event, FeedHead, ForgottenSubject
from apps.events.services import place_events
from apps.events.store import lock_forgetting
from apps.sales.models import Sale
from tests.books import nothing_changes
from tests.threads import together
from tests.world import Register, problem

LATER = timedelta(days=31)


def forget_events(*, now: datetime, keep_from: int | None = None) -> int:
    return services.forget_events(keep_from=keep_from, now=now)


def _positions() -> list[int | None]:
    return list(Event.objects.order_by("position").values_list("position", flat=True))


def _age(*positions: int) -> None:
    """These were heard 31 days ago, and so were the sales that some of them are about."""
    events, then = Event.objects.filter(position__in=positions), timezone.now() - LATER
    sales = events.filter(type="sale.recorded").values_list("subject_id", flat=True)
    Sale.objects.filter(pk__in=list(sales)).update(received_at=then)
    events.update(recorded_at=then)


def _two_sales(register: Register) -> list[dict[str, Any]]:
    """Events 1 (a policy), 2 and 3 (a sale and its stock), 4 and 5 (another)."""
    sales = [register.sell(), register.sell()]
    assert place_events() == 5
    return sales


def _head() -> tuple[int, int]:
    head = FeedHead.objects.get()
    return head.first_position, head.last_position


def test_what_is_older_goes_and_what_follows_stays(register: Register) -> None:
    _two_sales(register)
    _age(1, 2, 3)
    assert forget_events(now=timezone.now()) == 3
    assert _positions() == [4, 5]
    assert _head() == (4, 5)
    assert forget_events(now=timezone.now()) == 0


@pytest.mark.cooks_the_books
def test_only_the_beginning_goes(register: Register) -> None:
    _two_sales(register)
    _age(1, 3, 4)
    assert forget_events(now=timezone.now()) == 1
    assert _positions() == [2, 3, 4, 5]


def test_nothing_goes_that_is_still_needed(register: Register) -> None:
    _two_sales(register)
    assert forget_events(now=timezone.now() + LATER, keep_from=3) == 2
    assert _head() == (3, 5)


def test_what_has_no_place_yet_is_not_forgotten(register: Register) -> None:
    register.sell()
    assert forget_events(now=timezone.now() + LATER) == 0
    assert Event.objects.count() == 3


def test_all_of_it_may_go_and_places_go_on_from_there(register: Register) -> None:
    _two_sales(register)
    assert forget_events(now=timezone.now() + LATER) == 5
    assert _head() == (6, 5)
    register.sell()
    place_events()
    assert _positions() == [6, 7]
    assert [item["position"] for item in register.get("changes").json()["items"]] == [6, 7]


def test_it_goes_in_batches_as_far_as_one_run_may(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FORGET_BATCH", 2)
    monkeypatch.setattr(services, "FORGET_BATCHES", 2)
    _two_sales(register)
    assert forget_events(now=timezone.now() + LATER) == 4
    assert forget_events(now=timezone.now() + LATER) == 1


def test_the_days_are_a_setting(register: Register, settings: Any) -> None:
    _two_sales(register)
    settings.FEED_RETENTION_DAYS = 365
    assert forget_events(now=timezone.now() + LATER) == 0


def test_a_subject_is_counted_on_though_its_first_events_are_forgotten(register: Register) -> None:
    sale = _two_sales(register)[0]
    forget_events(now=timezone.now() + LATER)
    register.take_back(sale, "1")
    event = Event.objects.get(type="sale.partially_returned")
    assert event.sequence == 2
    assert ForgottenSubject.objects.get(subject_id=event.subject_id).last_sequence == 1


def test_a_cursor_older_than_what_is_kept_is_expired_and_says_where_to_go(
    register: Register,
) -> None:
    _two_sales(register)
    cursors = [register.get("changes", limit=n).json()["next"] for n in (1, 2, 3, 5)]
    _age(1, 2, 3)
    forget_events(now=timezone.now())
    for cursor in cursors[:2]:
        document = problem(register.get("changes", after=cursor), 410, "cursor-expired")
        assert document["link"] == "http://127.0.0.1:8000/api/v1/changes/resync"
        problem(register.get("changes/stream", after=cursor), 410, "cursor-expired")
    for cursor, left in zip(cursors[2:], ([4, 5], []), strict=True):
        page = register.get("changes", after=cursor).json()
        assert [item["position"] for item in page["items"]] == left


@pytest.mark.django_db(transaction=True)
def test_two_at_once_forget_everything_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, ordinal, type, subject_type, subject_id, sequence, store_number,"
            " terminal_number, occurred_at, recorded_at, data)"
            " SELECT gen_random_uuid(), nextval('events_event_ordinal'), 'test', 'test', n, 1, '', '',"
            " now(), now(), '{}' FROM generate_series(1, 3000) AS n"
        )
    place_events()
    later = timezone.now() + LATER
    counts = together([lambda: forget_events(now=later)] * 4)
    assert sum(counts) + forget_events(now=later) == 3000
    assert _head() == (3001, 3000)
    with transaction.atomic():
        assert lock_forgetting()
        assert together([lambda: forget_events(now=later)]) == [0]


def test_asking_for_an_expired_cursor_changes_nothing(register: Register) -> None:
    _two_sales(register)
    cursor = register.get("changes", limit=1).json()["next"]
    forget_events(now=timezone.now() + LATER)
    with nothing_changes():
        problem(register.get("changes", after=cursor), 410, "cursor-expired")
