"""One sequencer at a time gives places 1 to N, whoever writes meanwhile."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction

from apps.events.models import Event, FeedHead
from apps.events.services import place_events
from apps.events.store import lock_sequencer
from tests.threads import insist, together
from tests.world import line, make_register, sale_body

pytestmark = pytest.mark.django_db(transaction=True)


def _positions() -> list[int | None]:
    return list(Event.objects.order_by("position").values_list("position", flat=True))


def test_places_have_no_gap_whatever_order_transactions_commit_in() -> None:
    registers = [make_register(number=f"{n:02d}") for n in range(12)]

    def sell_three(number: int) -> int:
        for _ in range(3):
            insist(lambda: registers[number].post("sales", sale_body()))
        return place_events()

    placed = together([partial(sell_three, n) for n in range(12)])
    last = place_events()
    total = Event.objects.count()
    assert total == 12 * 3 * 2 + 1
    assert sum(placed) + last == total
    assert _positions() == list(range(1, total + 1))
    assert FeedHead.objects.get().last_position == total


def test_what_commits_late_is_placed_behind_what_was_placed_before() -> None:
    register, other = make_register(), make_register(number="04")
    place_events()
    with transaction.atomic():
        register.sell()
        together([lambda: other.sell(lines=[line(sku="B")])])
        together([place_events])
        early = Event.objects.exclude(position=None).order_by("position").last()
        assert early is not None
        assert early.terminal_number == "03"
    assert place_events() == 2
    assert _positions() == list(range(1, 6))
    late = Event.objects.order_by("ordinal").filter(position__gte=4)
    assert {event.ordinal < early.ordinal for event in late} == {True}


def test_a_second_sequencer_leaves_at_once() -> None:
    make_register().sell()
    with transaction.atomic():
        assert lock_sequencer()
        assert together([place_events]) == [0]
    assert place_events() == 3


def test_more_than_a_batch_is_placed_in_one_run() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, ordinal, type, subject_type, subject_id, sequence, store_number,"
            " terminal_number, occurred_at, recorded_at, data)"
            " SELECT gen_random_uuid(), nextval('events_event_ordinal'), 'test', 'test', n, 1, '', '',"
            " now(), now(), '{}' FROM generate_series(1, 1234) AS n"
        )
    assert place_events() == 1234
    assert _positions() == list(range(1, 1235))
