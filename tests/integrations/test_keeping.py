"""The feed forgets nothing that a delivery is still made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.events.models import Event, FeedHead
from apps.events.services import place_events
from apps.integrations.models import Delivery, FeedReader
from apps.integrations.services import fan_out
from apps.integrations.services.destinations import READER
from apps.integrations.services.keeping import needed_from
from apps.integrations.tasks import forget_events
from apps.sales.models import Sale
from tests.integrations.conftest import Erp
from tests.world import Register


@pytest.fixture
def old_events(register: Register) -> list[Event]:
    """Events 1 (a policy), 2 and 3 (a sale and its stock), heard 31 days ago; and so is the sale."""
    register.sell()
    place_events()
    then = timezone.now() - timedelta(days=31)
    Event.objects.update(recorded_at=then)
    Sale.objects.update(received_at=then)
    return list(Event.objects.order_by("position"))


def kept_from() -> int:
    forget_events()
    return FeedHead.objects.get().first_position


@pytest.mark.parametrize(
    ("status", "first"),
    [
        ("pending", 2),
        ("sending", 2),
        ("dead", 2),
        ("delivered", 4),
        ("resolved", 4),
        ("discarded", 4),
    ],
)
def test_what_is_still_to_be_delivered_is_kept(
    old_events: list[Event], erp: Erp, status: str, first: int
) -> None:
    now, event = timezone.now(), old_events[1]
    Delivery.objects.create(
        destination=erp[0], event_id=event.pk, event_type=event.type, position=2, subject="sale:x",
        sequence=1, status=status, next_attempt_at=now, lease_until=now, created_at=now,
        settled_at=now, settled_by="ada", note="by telephone",
    )  # fmt: skip
    assert kept_from() == first


def test_what_no_reader_has_come_to_is_kept(old_events: list[Event]) -> None:
    FeedReader.objects.create(name="slow", position=1)
    FeedReader.objects.create(name="quick", position=3)
    assert kept_from() == 2


def test_what_a_reader_comes_to_while_it_is_asked_is_kept(
    old_events: list[Event], erp: Erp
) -> None:
    FeedReader.objects.create(name=READER, position=1)
    waits = iter([lambda: fan_out(now=timezone.now())])

    def then_read_on(execute: Any, *call: Any) -> Any:
        done = execute(*call)
        next(waits, lambda: 0)()
        return done

    with connection.execute_wrapper(then_read_on):
        assert needed_from() == 2
    assert Delivery.objects.count() == 2
    assert kept_from() == 2


def test_without_readers_and_deliveries_the_days_decide(old_events: list[Event]) -> None:
    assert kept_from() == 4
