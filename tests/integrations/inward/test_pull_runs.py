"""A run of a flow may be killed, doubled, paused or overtaken: nothing is lost, nothing doubles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.events.models import Event
from apps.integrations.gateways import source as source_gateway
from apps.integrations.models import SyncRun, SyncState
from apps.integrations.services import due_flows, run_flow, set_flow_status, start_anew
from apps.integrations.services import pulling as service
from apps.integrations.states import FlowStatus
from apps.inventory import services as inventory
from apps.inventory.models import Item
from tests.integrations.inward.flows import articles, cursor_of, make_flow, names, read, tally
from tests.integrations.inward.source import Source
from tests.threads import together
from tests.world import SETUP


class Killed(BaseException):
    """As if the process were gone: nothing of ours runs any more."""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_page_loses_and_doubles_nothing(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, source.records, real = make_flow(source), articles(25), inventory.take_items
    calls: list[int] = []

    def take(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        taken = real(*args, **kwargs)
        if len(calls) == 2:
            raise Killed
        return taken

    monkeypatch.setattr(inventory, "take_items", take)
    with pytest.raises(Killed):
        read(flow)
    assert (len(names()), cursor_of(flow)) == (10, "10")
    now = timezone.now()
    assert due_flows(now) == []  # its lease is still good
    later = now + service.LEASE + timedelta(seconds=301)
    done = run_flow(flow.pk, clock=lambda: later)

    assert done is not None
    assert tally(done) == ("done", 15, 0, 0, 0)
    assert list(names()) == [f"A{n:05d}" for n in range(25)]
    assert list(SyncRun.objects.order_by("pk").values_list("status", flat=True)) == ["died", "done"]
    told = [
        row["sku"] for e in Event.objects.filter(type="item.changed") for row in e.data["items"]
    ]
    assert sorted(told) == list(names())


@pytest.mark.django_db(transaction=True)
def test_a_mistake_of_ours_in_a_page_rolls_it_back_with_its_cursor(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, source.records = make_flow(source), articles(25)

    def fail(*args: Any, **kwargs: Any) -> None:
        Item.objects.create(sku="half done")
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(inventory, "take_items", fail)
        failed = read(flow)
    assert (failed.status, failed.cause, names(), cursor_of(flow)) == (
        "failed",
        "ours: ZeroDivisionError",
        {},
        "",
    )

    assert tally(read(flow)) == ("done", 25, 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_workers_at_once_one_reads(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)

    runs = together([lambda: run_flow(flow.pk, clock=timezone.now)] * 4)

    assert len([run for run in runs if run is not None]) == 1
    assert SyncRun.objects.count() == 1
    assert len(source.asked) == 4
    assert len(names()) == 25


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_only_seemed_dead_finds_the_fence_closed(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)
    second: list[Any] = []

    def meanwhile(query: dict[str, str]) -> None:
        if query.get("cursor") == "10" and not second:
            second.append(None)
            SyncState.objects.update(lease_ends_at=timezone.now(), asked_at=timezone.now())
            second[0] = run_flow(flow.pk, clock=timezone.now)

    source.before_answering = meanwhile
    first = read(flow)

    assert (first.status, second[0].status) == ("died", "done")
    assert (first.records_new, second[0].records_new) == (10, 15)
    assert (len(names()), cursor_of(flow)) == (25, "25")


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_source_is_asked(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, source.records, seen, real = (
        make_flow(source),
        articles(25),
        [],
        source_gateway.fetch_page,
    )

    def fetch(*args: Any, **kwargs: Any) -> bytes:
        seen.append(connection.in_atomic_block)
        return real(*args, **kwargs)

    monkeypatch.setattr(service, "fetch_page", fetch)
    read(flow)

    assert seen == [False] * 4


@pytest.mark.django_db
def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)
    began = timezone.now()
    times = iter([began] * 5 + [began + service.LONGEST] * 50)

    cut = run_flow(flow.pk, clock=lambda: next(times))

    assert cut is not None
    assert (tally(cut), cursor_of(flow)) == (("cut", 10, 0, 0, 0), "10")
    assert due_flows(began + service.LONGEST) == [flow.pk]
    assert tally(read(flow)) == ("done", 15, 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_paused_flow_stops_after_its_page_and_goes_on_when_it_is_resumed(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)

    def pause(query: dict[str, str]) -> None:
        if query.get("cursor") == "10":
            type(flow).objects.update(status=FlowStatus.PAUSED)

    source.before_answering = pause
    assert tally(read(flow)) == ("cut", 20, 0, 0, 0)
    assert due_flows(timezone.now() + timedelta(days=2)) == []

    set_flow_status(flow, FlowStatus.ACTIVE, actor=SETUP, now=timezone.now())
    assert tally(read(flow)) == ("done", 5, 0, 0, 0)


@pytest.mark.django_db
def test_started_anew_everything_is_read_again_and_nothing_doubles(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)
    read(flow)

    start_anew(flow, actor=SETUP, now=timezone.now())

    assert due_flows(timezone.now()) == [flow.pk]
    assert tally(read(flow)) == ("done", 0, 0, 25, 0)


@pytest.mark.django_db(transaction=True)
def test_started_anew_while_it_runs_the_run_is_overtaken(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)

    def meanwhile(query: dict[str, str]) -> None:
        if query.get("cursor") == "20" and len(source.asked) < 5:
            start_anew(flow, actor=SETUP, now=timezone.now())

    source.before_answering = meanwhile
    overtaken = read(flow)

    assert (tally(overtaken), overtaken.cause) == (("cut", 20, 0, 0, 0), "started-anew")
    assert cursor_of(flow) == ""
    assert tally(read(flow)) == ("done", 5, 0, 20, 0)


@pytest.mark.django_db
def test_the_interval_counts_from_one_beginning_to_the_next(source: Source) -> None:
    flow, now = make_flow(source, every_seconds=300), timezone.now()
    assert due_flows(now) == [flow.pk]
    run_flow(flow.pk, clock=lambda: now)

    assert due_flows(now + timedelta(seconds=299)) == []
    assert run_flow(flow.pk, clock=lambda: now + timedelta(seconds=299)) is None
    assert due_flows(now + timedelta(seconds=300)) == [flow.pk]
    type(flow).objects.update(every_seconds=5)
    assert due_flows(now + timedelta(seconds=5)) == [flow.pk]
