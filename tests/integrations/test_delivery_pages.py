"""The delivery log: found by what people quote, read with each request and answer, acted upon."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.services import place_events
from apps.integrations.admin.differences import marked
from apps.integrations.models import Call, Delivery, Destination
from apps.integrations.services import deliver_due, fan_out
from tests.admin.helpers import act, actions, page, read, rows, text_of, url
from tests.books import nothing_changes
from tests.integrations.conftest import Erp
from tests.integrations.dead import make_dead, make_dead_events
from tests.integrations.receiver import Manners, Receiver
from tests.world import Register

ACTS = ("again", "dry-run", "resolve", "discard")


@pytest.fixture
def failed(register: Register, erp: Erp, receiver: Receiver) -> Delivery:
    """A sale that the ERP answered with 500, once."""
    place_events()
    fan_out(now=timezone.now())
    receiver.manners = Manners(status=500, body=b'{"why": "<b>closed</b>"}')
    register.sell()
    place_events()
    Destination.objects.update(event_types=["sale.recorded"], schedule=[0])
    fan_out(now=timezone.now())
    deliver_due(erp[0].pk, 1, clock=timezone.now)
    return Delivery.objects.get()


def test_the_page_shows_the_exact_request_and_answer(it: Client, failed: Delivery) -> None:
    body = it.get(page(failed)).content.decode()

    assert "&quot;type&quot;: &quot;sale.recorded&quot;" in body
    assert "webhook-signature: v1," in body
    assert "&lt;b&gt;closed&lt;/b&gt;" in body
    assert "authorization" not in body.lower()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body)


def test_it_is_found_by_what_people_quote(it: Client, failed: Delivery) -> None:
    subject = failed.subject.partition(":")[2]
    for term in (str(failed.event_id), subject, failed.subject, failed.label):
        assert rows(it, Delivery, q=term) == 1, term
    assert rows(it, Delivery, q="R-unknown") == 0


def test_the_list_is_narrowed(it: Client, failed: Delivery, erp: Erp) -> None:
    make_dead(erp[0], 3, cause="timed-out")
    assert rows(it, Delivery, status="dead") == 4
    assert rows(it, Delivery, status="dead", cause="timed-out") == 3
    assert rows(it, Delivery, destination=str(erp[0].pk), event_type="sale.recorded") == 1
    assert rows(it, Delivery, status="delivered") == 0
    assert rows(it, Delivery, created_at="hour") == 4


def test_try_again(it: Client, failed: Delivery, erp: Erp, receiver: Receiver) -> None:
    receiver.manners = Manners()
    it.post(act(failed, "again"))
    deliver_due(erp[0].pk, 1, clock=timezone.now)

    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("delivered", 2)
    assert actions() == ["delivery.replayed"]
    ids = {one.headers["webhook-id"] for one in receiver.received}
    assert ids == {str(failed.event_id)}


def test_chosen_ones_are_tried_again(it: Client, erp: Erp) -> None:
    make_dead(erp[0], 3)
    keys = [str(key) for key in Delivery.objects.values_list("pk", flat=True)[:2]]
    bulk = url(Delivery, "bulk", "again")
    it.post(bulk, {"chosen": keys, "confirmed": "yes"})
    assert Delivery.objects.filter(status="pending").count() == 2


@pytest.mark.parametrize(("name", "status"), [("resolve", "resolved"), ("discard", "discarded")])
def test_put_away_with_a_reason(it: Client, failed: Delivery, name: str, status: str) -> None:
    with nothing_changes():
        assert "This field is required." in text_of(it.post(act(failed, name), {"note": " "}))
    it.post(act(failed, name), {"note": "booked by hand"})

    failed.refresh_from_db()
    assert (failed.status, failed.note) == (status, "booked by hand")
    entry = AuditEntry.objects.get(actor_kind="user")
    assert (entry.action, entry.reason) == (f"delivery.{status}", "booked by hand")


def test_a_great_amount_asks_for_a_second_person(it: Client, erp: Erp) -> None:
    (dead,) = make_dead_events(erp[0], 60_000)
    assert "a second person has to approve" in read(it, act(dead, "discard"))
    said = text_of(it.post(act(dead, "discard"), {"note": "kept it"}, follow=True))
    assert "waits for a second person" in said
    dead.refresh_from_db()
    assert dead.status == "dead"


def test_a_dry_run_sends_nothing_and_marks_what_differs(
    it: Client, failed: Delivery, receiver: Receiver
) -> None:
    head = {"webhook-id": str(failed.event_id), "webhook-signature": "v1,another"}
    Call.objects.update(request_head=head)
    with nothing_changes():
        shown = it.post(act(failed, "dry-run"))

    assert len(receiver.received) == 1
    assert "Lines that differ are marked" in text_of(shown)
    assert "<del>webhook-signature: v1,another</del>" in shown.content.decode()


def test_differences_are_escaped() -> None:
    before, after = marked("a\n<b>", "a\n<c>\nd")
    assert before == "a\n<del>&lt;b&gt;</del>"
    assert after == "a\n<ins>&lt;c&gt;</ins>\n<ins>d</ins>"


def test_the_list_takes_the_same_few_statements(it: Client, erp: Erp) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert it.get(url(Delivery)).status_code == 200
        return len(seen)

    make_dead(erp[0], 1)
    few = statements()
    make_dead(erp[0], 60)
    assert statements() == few <= 7


def test_an_auditor_looks_and_presses_nothing(auditor: Client, failed: Delivery) -> None:
    shown = read(auditor, page(failed))
    assert "sale.recorded" in shown
    assert "Try again" not in shown
    with nothing_changes():
        for name in ACTS:
            assert auditor.post(act(failed, name), {"note": "x"}).status_code == 403


def test_a_store_manager_sees_none(manager: Client, failed: Delivery) -> None:
    addresses: list[Any] = [url(Delivery), page(failed), act(failed, "again")]
    assert {manager.get(address).status_code for address in addresses} == {403}


def test_a_destination_with_deliveries_is_kept(it: Client, failed: Delivery, erp: Erp) -> None:
    with nothing_changes():
        it.post(url(Destination, "delete", erp[0].pk), {"post": "yes"})
    assert "there are still: deliveries" in read(it, page(erp[0]))
