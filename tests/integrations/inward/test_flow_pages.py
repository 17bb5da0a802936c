"""Sync flows in the admin: added, looked at, read, paused, begun anew; credentials written, never shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.integrations.models import RejectedRecord, SyncFlow, SyncRun, SyncState
from apps.integrations.services import due_flows
from apps.inventory.models import Item
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import books, nothing_changes
from tests.integrations.inward.flows import articles, make_flow
from tests.integrations.inward.flows import read as run
from tests.integrations.inward.source import Source, Trouble

pytestmark = pytest.mark.django_db
TOLD = "store: =shop\nsku: =sku\non_hand: =left"
ACTS = ("run-now", "look", "pause", "resume", "start-anew")


def form_of(source: Source, **changes: Any) -> dict[str, Any]:
    """What a browser posts for a new flow."""
    return {
        "name": "ERP", "kind": "catalogue", "url": source.url, "timing": "every", "every_seconds": "5 min",
        "daily_at": "04:00", "daily_zone": "Europe/Berlin", "max_age_seconds": "1 h", "access": "none",
        "paging": "cursor", "page_size": "500", "size_name": "limit", "cursor_name": "cursor",
        "since_name": "updated_since", "overlap_seconds": "2 min", "records_path": "items",
        "next_path": "next", "changed_path": "updated_at", "template": "", "behind_seconds": "0 s",
        **changes,
    }  # fmt: skip


def test_one_is_added_and_read(it: Client, source: Source) -> None:
    source.records = articles(3)

    it.post(url(SyncFlow, "add"), form_of(source))
    flow = SyncFlow.objects.get()
    assert due_flows(timezone.now()) == [flow.pk]
    run(flow)

    assert (flow.every_seconds, flow.max_age_seconds, Item.objects.count()) == (300, 3600, 3)
    shown = read(it, page(flow))
    assert "in time" in shown
    assert "3 new" in shown
    assert "in time" in read(it, url(SyncFlow))
    assert actions() == ["sync_flow.added"]


def test_the_form_as_it_is_shown_needs_no_more_than_name_and_address(
    it: Client, source: Source
) -> None:
    shown = it.get(url(SyncFlow, "add")).context["adminform"].form
    values = {one.name: one.value() for one in shown if one.value() is not None}
    given = {
        "name": "ERP",
        "kind": "stock",
        "url": source.url,
        "template": TOLD,
    }
    assert it.post(url(SyncFlow, "add"), {**values, **given}).status_code == 302

    flow = SyncFlow.objects.get()
    assert (flow.daily_zone, flow.max_age_seconds, flow.overlap_seconds) == (
        "Europe/Berlin", 3_600, 120,
    )  # fmt: skip
    assert flow.template == {"store": "=shop", "sku": "=sku", "on_hand": "=left"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "ftp://erp.example/"}, "Write it as https://host/path"),
        ({"every_seconds": "1 s"}, "From 5 s to 24 h."),
        ({"template": "sku"}, "needs a name, then “:”"),
        ({"template": "sku: =["}, "sku: "),
        ({"template": "price: =p"}, "Nothing is known of “price”. “sku” is missing."),
        ({"records_path": "a["}, "Invalid"),
        ({"access": "bearer"}, "Missing: token."),
        ({"access": "header", "credential_header": "Host", "credential_value": "k"}, "no header"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    it: Client, source: Source, changes: dict[str, str], said: str
) -> None:
    with nothing_changes():
        assert said in text_of(it.post(url(SyncFlow, "add"), form_of(source, **changes)))


def test_credentials_are_written_and_never_shown(it: Client, source: Source) -> None:
    key = "k-very-secret-4711"
    form = form_of(source, access="header", credential_header="X-Api-Key", credential_value=key)
    it.post(url(SyncFlow, "add"), form)
    flow = SyncFlow.objects.get()

    it.post(page(flow), form_of(source, access="header", page_size="7"))
    run(SyncFlow.objects.get())

    assert source.headers[0]["X-Api-Key"] == key
    assert (source.asked[0]["limit"], key in str(books())) == ("7", False)
    body = it.get(page(flow)).content.decode()
    assert key not in body
    assert "set, encrypted" in text_of(it.get(page(flow)))
    it.post(
        page(flow),
        form_of(source, access="header", credential_header="X-Key", credential_value="n"),
    )
    run(SyncFlow.objects.get())
    assert source.headers[-1]["X-Key"] == "n"
    assert actions() == [
        "sync_flow.added",
        "sync_flow.changed",
        "sync_flow.changed",
        "sync_flow.credentials_set",
    ]


def test_another_kind_of_access_needs_its_own(it: Client, source: Source) -> None:
    flow = make_flow(source, access="bearer", credentials={"token": "t"})

    with nothing_changes():
        posted = it.post(page(flow), form_of(source, access="basic", credential_username="ada"))
        assert "Missing: password." in text_of(posted)


def test_with_another_address_it_is_read_from_the_beginning(it: Client, source: Source) -> None:
    flow, source.records = make_flow(source), articles(25)
    run(flow)

    it.post(page(flow), form_of(source, url=f"{source.url}?all=1"))

    assert SyncState.objects.get().cursor == ""
    assert actions() == ["sync_flow.changed", "sync_flow.started_anew"]


def test_from_one_paging_to_the_other_it_is_read_from_the_beginning(
    it: Client, source: Source
) -> None:
    flow, source.records = make_flow(source), articles(25)
    run(flow)

    it.post(page(flow), form_of(source, paging="since"))

    assert run(SyncFlow.objects.get()).status == "done"


def test_its_buttons(it: Client, source: Source) -> None:
    flow, source.records = make_flow(source), articles(3)
    run(flow)

    assert "at the next tick" in text_of(it.post(act(flow, "run-now"), follow=True))
    it.post(act(flow, "pause"))
    assert "paused" in read(it, page(flow))
    assert due_flows(timezone.now()) == []
    it.post(act(flow, "resume"))
    assert due_flows(timezone.now()) == [flow.pk]
    it.post(act(flow, "start-anew"))
    assert SyncState.objects.get().cursor == ""
    assert actions() == [
        "sync_flow.asked",
        "sync_flow.paused",
        "sync_flow.resumed",
        "sync_flow.started_anew",
    ]


def test_a_look_at_the_next_page_keeps_nothing(it: Client, source: Source) -> None:
    flow = make_flow(source, template={"sku": "=sku", "name": "=name"})
    source.records = [*articles(1), {"name": "<script>"}]

    with nothing_changes():
        shown = it.post(act(flow, "look"))
        text = text_of(shown)

    assert "2 records came." in text
    assert "sku: A00000 name: Article 0" in text
    assert "The record has no SKU." in text
    assert "<script>" not in shown.content.decode().partition("<main")[2].partition("</main")[0]


def test_a_look_at_a_source_that_fails_says_why(it: Client, source: Source) -> None:
    flow = make_flow(source, access="bearer", credentials={"token": "tok-very-secret"})
    source.troubles = {1: Trouble(401, b"bad token tok-very-secret")}

    text = text_of(it.post(act(flow, "look"), follow=True))

    assert "status 401: bad token" in text.lower()
    assert "tok-very-secret" not in text


def test_late_and_failing_flows_say_so(it: Client, source: Source) -> None:
    flow, source.troubles = make_flow(source), {1: Trouble(503, b"closed")}
    run(flow)

    assert "failing status 503 closed" in read(it, url(SyncFlow))
    SyncFlow.objects.update(created_at="2026-01-01T00:00:00Z")
    assert "late" in read(it, url(SyncFlow))


def test_a_lost_key_is_said_and_breaks_no_page(it: Client, source: Source, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    flow = make_flow(source, access="bearer", credentials={"token": "tok"})
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert "cannot be read: key missing" in read(it, page(flow))
    assert it.get(url(SyncFlow)).status_code == 200
    assert "is not in FIELD_KEYS" in text_of(it.post(act(flow, "look"), follow=True))


def test_an_auditor_looks_and_presses_nothing(auditor: Client, source: Source) -> None:
    flow, source.records = make_flow(source), [*articles(1), {"name": "x"}]
    run(flow)
    record = RejectedRecord.objects.get()

    with nothing_changes():
        for name in ACTS:
            assert auditor.post(act(flow, name)).status_code == 403
        assert auditor.post(act(record, "again")).status_code == 403
        assert auditor.post(page(flow), form_of(source)).status_code == 403
    for thing in (flow, SyncRun.objects.get(), record):
        assert auditor.get(page(thing)).status_code == 200
    assert "Read it now" not in read(auditor, page(flow))
    assert len(source.asked) == 2


def test_a_store_manager_does_not_see_them(manager: Client, source: Source) -> None:
    flow = make_flow(source)

    for address in (url(SyncFlow), page(flow), url(SyncRun), url(RejectedRecord)):
        assert manager.get(address).status_code == 403


def test_rejected_records_are_tried_again_resolved_and_discarded(
    it: Client, source: Source
) -> None:
    source.records = [{"no": "A1"}, {"no": "A2"}, {"no": "A3"}]
    flow = make_flow(source, template={"sku": "=number"})
    run(flow)
    first, second, third = RejectedRecord.objects.order_by("raw")
    assert rows(it, RejectedRecord, status="open", flow=str(flow.pk)) == 3
    assert "no-sku The record has no SKU." in read(it, url(RejectedRecord))

    assert "Still refused" in text_of(it.post(act(first, "again"), follow=True))
    SyncFlow.objects.update(template={"sku": "=no"})
    it.post(act(first, "again"))
    it.post(act(second, "discard"), {"note": "A test article."})
    it.post(url(RejectedRecord, "bulk", "again"), {"chosen": [str(third.pk)], "confirmed": "1"})

    assert set(Item.objects.values_list("sku", flat=True)) == {"A1", "A3"}
    assert list(RejectedRecord.objects.order_by("raw").values_list("status", flat=True)) == [
        "resolved", "discarded", "resolved",
    ]  # fmt: skip
    assert AuditEntry.objects.filter(subject_type="rejected_record").count() == 3


def test_lists_take_the_same_few_statements_whatever_the_rows(it: Client, source: Source) -> None:
    def statements() -> list[int]:
        counts = []
        for model in (SyncFlow, SyncRun, RejectedRecord):
            with CaptureQueriesContext(connection) as seen:
                assert it.get(url(model)).status_code == 200
            counts.append(len(seen))
        return counts

    source.records = [{"name": "x"}]
    run(make_flow(source))
    few = statements()
    for number in range(10):
        source.records.append({"name": f"x{number}"})
        run(make_flow(source, name=f"ERP {number}"))

    assert statements() == few
    assert max(few) <= 7


@pytest.mark.parametrize("role", ["it", "auditor"])
def test_pages_keep_to_the_content_policy(
    source: Source, role: str, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    source.records = [{"name": "<b onclick=x>"}]
    flow = make_flow(source, name="<ERP>")
    done = run(flow)
    record = RejectedRecord.objects.get()
    for address in (
        url(SyncFlow),
        page(flow),
        page(done),
        page(record),
        url(SyncFlow, "history", flow.pk),
    ):
        body = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|<[^>&]*\son\w+=|<script(?![^>]*\ssrc=)", body), (
            address
        )
        assert "object (" not in body, address
