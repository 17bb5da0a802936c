"""The error queue: by cause, with what can be done; the same work with a hundred dead or a hundred
thousand."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.integrations.models import Delivery, Destination, Job
from apps.integrations.pages import cause_url, rows_url
from apps.integrations.services import add_destination, carry_on_jobs
from tests.admin.conftest import client_of
from tests.admin.helpers import actions, page, read, text_of, url
from tests.books import nothing_changes
from tests.integrations.dead import make_dead
from tests.plans import read_whole
from tests.world import SETUP

QUEUE = "/admin/error-queue/"
CAUSES = ("status 500", "status 422", "timed-out", "mapping")


@pytest.fixture
def it(db: None) -> Client:
    return client_of(Role.IT_ADMINISTRATOR)


@pytest.fixture
def erp(db: None) -> Destination:
    made, _ = add_destination(
        name="ERP", url="https://erp.example/", actor=SETUP, now=timezone.now()
    )
    return made


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def deliveries_read(sql: str) -> set[str]:
    return {one for one in read_whole(plan(sql)) if one.startswith("integrations_delivery")}


def watched(client: Client, address: str) -> list[str]:
    """The statements of a page that touch deliveries."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    assert len(seen) <= 14
    return [q["sql"] for q in seen if "integrations_delivery" in q["sql"]]


def test_an_empty_queue_says_so(it: Client) -> None:
    assert reverse("admin:error_queue") == QUEUE
    assert "Nothing needs a person." in read(it, QUEUE)


def test_what_failed_alike_stands_together(it: Client, erp: Destination) -> None:
    make_dead(erp, 3)
    make_dead(erp, 2, cause="timed-out")
    shown = read(it, QUEUE)

    assert "Delivery to ERP: status 500 3 since" in shown
    assert "Delivery to ERP: timed-out 2 since" in shown
    assert shown.count("Try again all like this") == 2
    assert len(it.get(rows_url(erp.pk, "timed-out")).context["cl"].result_list) == 2


def test_all_like_this_are_tried_again_by_a_worker(it: Client, erp: Destination) -> None:
    make_dead(erp, 3)
    make_dead(erp, 2, cause="timed-out")
    address = cause_url(erp.pk, "status 500", "again")
    assert "in batches" in read(it, address)

    answer = it.post(address)
    assert answer["Location"] == page(Job.objects.get())
    assert "Try again all that failed alike, ERP" in read(it, QUEUE)
    carry_on_jobs(clock=timezone.now)
    assert Delivery.objects.filter(status="pending").count() == 3
    assert actions() == ["deliveries.job_asked"]


def test_discarding_all_wants_a_reason_and_a_second_person(it: Client, erp: Destination) -> None:
    make_dead(erp, 3)
    address = cause_url(erp.pk, "status 500", "discard")
    with nothing_changes():
        assert "This field is required." in text_of(it.post(address, {"note": ""}))
    it.post(address, {"note": "test data"})
    carry_on_jobs(clock=timezone.now)

    assert Delivery.objects.filter(status="dead").count() == 3
    assert "Waits for a second person Discard all that failed alike, ERP" in read(it, QUEUE)


def test_a_dry_run_of_the_newest(it: Client, erp: Destination) -> None:
    make_dead(erp, 1)
    said = read(it, cause_url(erp.pk, "status 500", "dry-run"))
    assert "Nothing would be sent: The event is older than events are kept." in said


def test_who_may_look_and_who_may_act(it: Client, erp: Destination) -> None:
    make_dead(erp, 1)
    auditor, manager = client_of(Role.AUDITOR), client_of(Role.STORE_MANAGER)
    shown = read(auditor, QUEUE)
    assert "status 500" in shown
    assert "Try again" not in shown
    assert manager.get(QUEUE).status_code == 403
    with nothing_changes():
        for name in ("again", "resolve", "discard", "dry-run"):
            address = cause_url(erp.pk, "status 500", name)
            assert auditor.post(address, {"note": "x"}).status_code == 403
            assert manager.post(address, {"note": "x"}).status_code == 403


def test_a_cause_that_is_not_known_opens_nothing(it: Client, erp: Destination) -> None:
    assert it.get(cause_url(erp.pk, "", "again")).status_code == 404
    assert it.get(cause_url(erp.pk, "x", "explode")).status_code == 404
    assert "&lt;b&gt;" in it.get(cause_url(erp.pk, "<b>", "again")).content.decode()
    assert quote("<b>") in cause_url(erp.pk, "<b>", "again")


@pytest.fixture
def hundred_thousand(erp: Destination) -> Destination:
    for cause in CAUSES:
        make_dead(erp, 25_000, cause=cause)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE integrations_delivery")
    return erp


def test_with_100_000_dead_rows_no_page_reads_the_table(
    it: Client, hundred_thousand: Destination
) -> None:
    newest = Delivery.objects.latest("pk")
    pages = (QUEUE, url(Delivery), rows_url(hundred_thousand.pk, "timed-out"),
             f"{url(Delivery)}?status=dead", page(newest), url(Destination),
             page(hundred_thousand), "/admin/")  # fmt: skip
    for address in pages:
        for sql in watched(it, address):
            assert not deliveries_read(sql), (address, sql)
    assert read(it, QUEUE).count("more than 1,000 since") == 4


def test_100_000_are_replayed_in_batches(it: Client, hundred_thousand: Destination) -> None:
    for cause in CAUSES:
        it.post(cause_url(hundred_thousand.pk, cause, "again"))
    batches, moment = 0, timezone.now()
    while Job.objects.filter(finished_at=None).exists():
        batches += carry_on_jobs(clock=lambda: moment)
    assert batches == 4 * 51
    assert not Delivery.objects.filter(status="dead").exists()
    found: list[Any] = list(Job.objects.values_list("total", "changed"))
    assert found == [(25_000, 25_000)] * 4


def test_pages_keep_to_the_content_policy(it: Client, erp: Destination) -> None:
    make_dead(erp, 2)
    for address in (QUEUE, f"{QUEUE}figures/", cause_url(erp.pk, "status 500", "resolve")):
        body = it.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", body), address
