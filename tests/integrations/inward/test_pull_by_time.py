"""A source without a cursor is read by the time of change, with an overlap."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.inventory.models import Item
from tests.integrations.inward.flows import (
    T0,
    article,
    articles,
    cursor_of,
    make_flow,
    names,
    read,
    tally,
)
from tests.integrations.inward.source import Source, Trouble

pytestmark = pytest.mark.django_db


def by_time(source: Source, **changes: Any) -> Any:
    source.feed = False
    return make_flow(source, paging="since", overlap_seconds=5, **changes)


def test_the_next_run_asks_for_what_changed_since_less_the_overlap(source: Source) -> None:
    flow, source.records = by_time(source), articles(25)
    assert tally(read(flow)) == ("done", 25, 0, 0, 0)

    source.records.append(
        article(2, name="Renamed", updated_at=(T0 + timedelta(seconds=60)).isoformat())
    )
    again = read(flow)

    assert source.asked[3]["updated_since"] == "2026-11-20T08:00:19Z"
    assert tally(again) == ("done", 0, 1, 6, 0)
    assert json.loads(cursor_of(flow))["since"] == "2026-11-20T08:01:00+00:00"


def test_a_change_that_was_committed_late_is_met_within_the_overlap(source: Source) -> None:
    flow, source.records = by_time(source), articles(25)
    read(flow)

    source.records.append(article(99, updated_at=(T0 + timedelta(seconds=21)).isoformat()))
    read(flow)

    assert "A00099" in names()


def test_a_failure_between_pages_goes_on_from_the_page(source: Source) -> None:
    flow, source.records, source.troubles = by_time(source), articles(25), {2: Trouble(500)}

    assert read(flow).status == "failed"
    assert tally(read(flow)) == ("done", 15, 0, 0, 0)
    assert source.asked[2]["cursor"] == "10"


def test_full_pages_that_lead_nowhere_are_followed_by_what_changed_since(source: Source) -> None:
    flow, source.records = by_time(source, next_path=""), articles(25)

    read(flow)

    assert Item.objects.count() == 25
    assert "cursor" not in source.asked[-1]


def test_a_whole_page_of_one_moment_is_said_and_not_lost(source: Source) -> None:
    flow = by_time(source, next_path="")
    source.records = articles(25, updated_at=T0.isoformat())

    assert read(flow).status == "failed"
    assert (read(flow).cause, Item.objects.count()) == ("stuck", 10)


@pytest.mark.parametrize("changed", [None, "yesterday", "2026-11-20T08:00:00", 17])
def test_a_record_that_does_not_say_when_it_changed_stops_the_run(
    source: Source, changed: Any
) -> None:
    flow, source.records = by_time(source), [article(1, updated_at=changed)]

    failed = read(flow)

    assert (failed.status, failed.cause, names(), cursor_of(flow)) == ("failed", "no-time", {}, "")
