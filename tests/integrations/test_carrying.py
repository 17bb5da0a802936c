"""One run gives places, makes deliveries and calls as many workers as there is work for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from apps.common.sql import execute, fetch_all
from apps.events.models import Event
from apps.integrations import services, store, tasks
from apps.integrations.locks import hold_place
from apps.integrations.models import Delivery, Destination, DestinationHealth
from apps.integrations.services import carry_feed, set_status
from apps.integrations.services.turns import MOST, has_turn, next_size
from apps.integrations.states import DestinationStatus
from tests.integrations.conftest import Erp
from tests.integrations.dead import make_dead
from tests.integrations.receiver import Receiver
from tests.plans import walks_along
from tests.threads import together
from tests.world import SETUP, Register

S = timedelta(seconds=1)


@pytest.fixture
def told(register: Register, erp: Erp) -> Destination:
    """Six events wait for the ERP, and nobody has looked so far."""
    carry_feed(clock=timezone.now)
    for _ in range(3):
        register.sell()
    return erp[0]


def wanted() -> list[int]:
    return [many for *_, many in carry_feed(clock=timezone.now)]


def test_from_told_to_called_in_one_run(told: Destination) -> None:
    assert carry_feed(clock=timezone.now) == [(told.pk, 4, 2)]
    assert not Event.objects.filter(position=None).exists()
    assert Delivery.objects.filter(status="pending").count() == 6


def test_with_nothing_to_do_nobody_is_called(told: Destination) -> None:
    Delivery.objects.all().delete()
    set_status(told, DestinationStatus.DISABLED, actor=SETUP, now=timezone.now())
    assert wanted() == []


def test_no_more_are_called_than_there_are_places(told: Destination) -> None:
    Destination.objects.update(concurrency=1)
    assert wanted() == [1]
    with hold_place(told.pk, 1) as held:
        assert held
        assert wanted() == []


@pytest.mark.django_db(transaction=True)
def test_a_place_is_held_by_one_and_all_of_them_by_as_many(told: Destination) -> None:
    def hold_another() -> bool:
        with hold_place(told.pk, 2) as held:
            return held

    with hold_place(told.pk, 2):
        assert together([hold_another]) == [True]
        with hold_place(told.pk, 1) as again:  # whoever has it may have it twice
            assert again
    with hold_place(told.pk, 1):
        assert together([lambda: _held(told, 1)]) == [False]


def _held(destination: Destination, places: int) -> bool:
    with hold_place(destination.pk, places) as held:
        return held


@pytest.mark.parametrize(("open_for", "many"), [(30, []), (-1, [1])])
def test_one_that_is_left_alone_is_called_by_one_when_its_time_is_over(
    told: Destination, open_for: int, many: list[int]
) -> None:
    DestinationHealth.objects.update(open_until=timezone.now() + open_for * S)
    assert wanted() == many


def test_whoever_gives_up_a_place_looks_once_more(told: Destination, receiver: Receiver) -> None:
    now = timezone.now()
    assert not has_turn(told.pk, now=now)
    carry_feed(clock=timezone.now)
    assert has_turn(told.pk, now=timezone.now())
    services.deliver_due(told.pk, 1, clock=timezone.now)
    assert not has_turn(told.pk, now=timezone.now())


def test_what_goes_quickly_is_claimed_in_larger_batches() -> None:
    sizes = [5]
    for _ in range(5):
        sizes.append(next_size(sizes[-1], 0.01 * S))
    assert sizes == [5, 10, 20, 40, 80, 80]
    assert [next_size(MOST, per * S) for per in (0.025, 0.1, 1, 20)] == [80, 20, 2, 1]


def test_a_delivery_costs_no_statement_of_its_own(
    told: Destination, receiver: Receiver, register: Register, django_assert_max_num_queries: Any
) -> None:
    """What it costs is by batch: of 5 at first, then of 10, of 20 …"""
    for _ in range(32):
        register.sell()
    carry_feed(clock=timezone.now)
    with django_assert_max_num_queries(84):
        assert services.deliver_due(told.pk, 1, clock=timezone.now) == 70


def test_a_claim_walks_along_an_index_however_many_wait(told: Destination) -> None:
    """With OR in one statement it sorted all of them, for every claim."""
    make_dead(told, 3000)
    now = timezone.now()
    Delivery.objects.update(status="pending")
    execute("ANALYZE integrations_delivery")
    about = {"destination": told.pk, "ordered": False, "before": now, "now": now, "lease": now}
    plan = "\n".join(row[0] for row in fetch_all(f"EXPLAIN {store._CLAIM}", about | {"limit": 40}))
    assert walks_along(plan, "delivery_due")
    assert "->  Sort" not in plan.partition("CTE due")[2].partition("Nested Loop")[0]


def test_what_is_told_waits_for_nothing_else_in_a_queue() -> None:
    routes = settings.CELERY_TASK_ROUTES
    assert [name for name, to in routes.items() if to["queue"] == "feed"] == [settings.FEED_TASK]
    assert tasks.carry_feed.name == settings.FEED_TASK
    assert tasks.deliver.name in routes
    assert [one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()].count(
        settings.FEED_TASK
    ) == 1
