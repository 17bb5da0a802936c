"""A catalogue is pulled page by page; what was kept and where to go on are one fact."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.integrations.models import RejectedRecord, SyncRun, SyncState
from apps.integrations.services import due_flows, run_flow
from apps.inventory.models import Item
from tests.integrations.inward.flows import (
    article,
    articles,
    cursor_of,
    make_flow,
    names,
    read,
    tally,
)
from tests.integrations.inward.source import Source, Trouble
from tests.world import make_item


@pytest.mark.django_db
def test_all_pages_are_read_and_the_next_run_goes_on_from_there(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)

    first = read(flow)
    source.records += [article(25), article(3, name="Renamed")]
    second, third = read(flow), read(flow)

    assert tally(first) == ("done", 25, 0, 0, 0)
    assert tally(second) == ("done", 1, 1, 0, 0)
    assert tally(third) == ("done", 0, 0, 0, 0)
    assert [query.get("cursor") for query in source.asked] == [
        None, "10", "20", "25", "25", "27", "27",
    ]  # fmt: skip
    assert (names()["A00003"], len(names())) == ("Renamed", 26)
    assert (first.cursor_before, first.cursor_now, cursor_of(flow)) == ("", "25", "27")


@pytest.mark.django_db
def test_a_list_without_an_end_mark_is_read_from_the_beginning_each_time(source: Source) -> None:
    flow, source.feed, source.records = make_flow(source), False, articles(25)

    assert tally(read(flow)) == ("done", 25, 0, 0, 0)
    assert tally(read(flow)) == ("done", 0, 0, 25, 0)
    assert [query.get("cursor") for query in source.asked] == [None, "10", "20"] * 2


@pytest.mark.django_db
def test_what_changed_is_told_and_stands_in_the_trail(source: Source) -> None:
    flow = make_flow(source)
    make_item("A00000", name="Old", unlisted=True, recalled=True)
    source.records = articles(2, gtin="4006381333931")

    run = read(flow)

    told = Event.objects.get(type="item.changed")
    assert (told.subject_id, told.store_number) == (f"told:{run.pk}:1", "")
    assert [(row["sku"], row["new"], row["recalled"]) for row in told.data["items"]] == [
        ("A00000", False, True), ("A00001", True, False),
    ]  # fmt: skip
    entry = AuditEntry.objects.get(action="items.taken_over")
    assert (entry.actor_label, entry.data["new"], entry.data["changed"]) == (
        "ERP",
        ["A00001"],
        ["A00000"],
    )
    item = Item.objects.get(sku="A00000")
    assert (item.name, item.gtin, item.unlisted, item.recalled) == (
        "Article 0",
        "4006381333931",
        False,
        True,
    )


@pytest.mark.django_db
def test_what_the_source_does_not_say_stays_as_it_is(source: Source) -> None:
    flow = make_flow(source)
    make_item("A00000", category="garden", returnable=False, unit="kg")
    source.records = [{"sku": "A00000", "name": "Named"}]

    assert tally(read(flow)) == ("done", 0, 1, 0, 0)
    item = Item.objects.get()
    assert (item.name, item.category, item.returnable, item.unit) == (
        "Named",
        "garden",
        False,
        "kg",
    )


@pytest.mark.django_db
def test_a_mapping_says_where_our_words_stand(source: Source) -> None:
    template = {
        "sku": "=item.no",
        "name": "=item.texts[0]",
        "returnable": "=item.back",
        "unit": "kg",
    }
    flow = make_flow(source, template=template, records_path="data.rows", next_path="")
    body = b'{"data": {"rows": [{"item": {"no": 4711, "texts": ["Nails"], "back": "false"}}]}}'
    source.troubles = {1: Trouble(body=body)}

    assert tally(read(flow)) == ("done", 1, 0, 0, 0)
    item = Item.objects.get(sku="4711")
    assert (item.name, item.returnable, item.unit) == ("Nails", False, "kg")


@pytest.mark.django_db
def test_records_repeated_within_a_page_and_across_pages_are_one_item(source: Source) -> None:
    flow = make_flow(source)
    source.records = [article(1, name=f"Take {n}") for n in range(12)]

    assert tally(read(flow)) == ("done", 1, 1, 10, 0)
    assert names() == {"A00001": "Take 11"}


@pytest.mark.django_db
def test_records_that_change_between_pages_are_met(source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)

    def change(query: dict[str, str]) -> None:
        if query.get("cursor") == "20":
            source.records += [article(2, name="Late"), article(30)]

    source.before_answering = change
    read(flow)

    assert (names()["A00002"], len(names())) == ("Late", 26)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        (Trouble(500, b"oops"), "status 500"),
        (Trouble(429, b"slow down"), "status 429"),
        (Trouble(401, b"who?"), "status 401"),
        (Trouble(302, b"", {"Location": "http://127.0.0.1:1/"}), "status 302"),
        (Trouble(200, b"<html>"), "garbage"),
        (Trouble(200, b""), "garbage"),
        (Trouble(200, b"[" * 50_000), "garbage"),
        (Trouble(200, b'{"items": {}}'), "garbage"),
        (Trouble(200, b'{"rows": []}'), "garbage"),
        (Trouble(200, b'{"items": [], "next": {}}'), "garbage"),
        (Trouble(200, b'{"items": [{"sku": "A"', {"Content-Length": "5000"}), "broken-off"),
        (Trouble(200, b'{"items": [{}], "next": "https://evil.example/x"}'), "foreign-next"),
    ],
)
def test_a_failure_in_the_middle_keeps_what_was_read_and_goes_on_from_there(
    source: Source, trouble: Trouble, cause: str
) -> None:
    flow, source.records, source.troubles = make_flow(source), articles(25), {3: trouble}

    failed = read(flow)
    assert (tally(failed), failed.cause) == (("failed", 20, 0, 0, 0), cause)
    assert (cursor_of(flow), len(names())) == ("20", 20)
    done = read(flow)

    assert done.status == "done"
    assert list(names()) == [f"A{n:05d}" for n in range(25)]


@pytest.mark.django_db
def test_a_failing_source_is_asked_less_and_less_often_and_told_of_once(source: Source) -> None:
    flow = make_flow(source, every_seconds=5)
    source.troubles = {n: Trouble(503) for n in range(1, 5)}
    now = timezone.now()
    waits = []
    for _ in range(4):
        run_flow(flow.pk, clock=partial(_always, now))
        retry_at = SyncState.objects.get().retry_at
        assert retry_at is not None
        assert due_flows(retry_at - timedelta(milliseconds=1)) == []
        assert due_flows(retry_at) == [flow.pk]
        waits.append((retry_at - now).total_seconds())
        now = retry_at

    assert waits == [5, 10, 20, 40]
    assert run_flow(flow.pk, clock=partial(_always, now)).status == "done"  # type: ignore[union-attr]
    entries = AuditEntry.objects.filter(subject_type="sync_flow").order_by("id")
    assert list(entries.values_list("action", flat=True)) == [
        "sync_flow.added", "sync_flow.failing", "sync_flow.recovered",
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_the_source_asks_for_is_waited_for(source: Source) -> None:
    flow, source.troubles = make_flow(source), {1: Trouble(429, b"", {"Retry-After": "120"})}
    now = timezone.now()

    run_flow(flow.pk, clock=lambda: now)

    assert SyncState.objects.get().retry_at == now + timedelta(seconds=120)


def _always(now: datetime) -> datetime:
    return now


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("access", "credentials", "header", "value"),
    [
        ("header", {"header": "X-Api-Key", "value": "k-123"}, "X-Api-Key", "k-123"),
        ("bearer", {"token": "t-123"}, "Authorization", "Bearer t-123"),
        ("basic", {"username": "ada", "password": "p:w"}, "Authorization",
         "Basic " + base64.b64encode(b"ada:p:w").decode()),
    ],
)  # fmt: skip
def test_the_source_is_told_who_asks(
    source: Source, access: str, credentials: dict[str, str], header: str, value: str
) -> None:
    flow = make_flow(source, access=access, credentials=credentials)

    assert read(flow).status == "done"
    assert source.headers[0][header] == value
    assert value not in str(list(AuditEntry.objects.values_list("data", flat=True)))
    assert value not in str(SyncRun.objects.values())


@pytest.mark.django_db
def test_only_public_addresses_are_asked_outside_development(source: Source, settings: Any) -> None:
    flow = make_flow(source)
    settings.DEVELOPMENT = False
    settings.FIELD_KEYS = ["x" * 43 + "="]

    assert read(flow).cause == "address"
    assert source.asked == []


@pytest.mark.django_db
def test_ten_thousand_items_take_a_bounded_number_of_statements(source: Source) -> None:
    flow = make_flow(source, page_size=2_000)
    source.records = articles(10_000)
    with CaptureQueriesContext(connection) as seen:
        first = read(flow)

    assert tally(first) == ("done", 10_000, 0, 0, 0)
    assert first.pages == 6
    of_pages = [q["sql"] for q in seen if "SAVEPOINT" not in q["sql"]]
    assert len(of_pages) <= 12 + 10 * first.pages
    assert Item.objects.count() == 10_000


@pytest.mark.django_db
def test_what_cannot_be_applied_waits_for_a_person_and_the_others_go_on(source: Source) -> None:
    flow = make_flow(source)
    source.records = [
        *articles(3),
        {"name": "no SKU"},
        {"sku": "x" * 65},
        7,  # type: ignore[list-item]
        article(4, returnable="maybe"),
    ]

    assert tally(read(flow)) == ("done", 3, 0, 0, 4)
    assert sorted(RejectedRecord.objects.values_list("cause", flat=True)) == [
        "no-record", "no-sku", "returnable", "sku",
    ]  # fmt: skip
