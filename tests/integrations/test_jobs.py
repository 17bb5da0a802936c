"""What is asked for on a page is done by a worker, in batches, once, and by two where it takes two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import AuditEntry
from apps.common.caller import user_actor
from apps.common.errors import Invalid, NotYours, StaleState
from apps.events.services import place_events
from apps.integrations.models import Delivery, Destination, Job
from apps.integrations.services import (
    answer_job,
    ask_job,
    carry_on_jobs,
    discard,
    discard_alike,
    fan_out,
    job_steps,
    put_away,
    replaying,
    set_status,
)
from apps.integrations.states import DeliveryStatus, DestinationStatus, JobKind
from tests.admin.helpers import act, page, read, text_of, url
from tests.books import nothing_changes
from tests.integrations.conftest import Erp
from tests.integrations.dead import make_dead, make_dead_events
from tests.world import SETUP, Register

ANNA, BERT = user_actor(901, "anna"), user_actor(902, "bert")


def carry_on() -> int:
    return carry_on_jobs(clock=timezone.now)


def ask(destination: Destination, kind: JobKind = JobKind.REPLAY, **more: Any) -> Job:
    about = {"cause": "status 500"}
    return ask_job(kind, destination, about, actor=ANNA, now=timezone.now(), **more)


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in Delivery.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def test_all_that_failed_alike_is_tried_again_in_batches(erp: Erp) -> None:
    make_dead(erp[0], 1_200)
    make_dead(erp[0], 3, cause="timed-out")
    job = ask(erp[0])
    assert counts() == {"dead": 1_203}

    assert carry_on() == 4
    job.refresh_from_db()
    assert counts() == {"pending": 1_200, "dead": 3}
    assert (job.total, job.seen, job.changed) == (1_200, 1_200, 1_200)
    assert job.finished_at is not None
    last = AuditEntry.objects.latest("id")
    assert (last.action, last.data["done"]) == ("deliveries.job_finished", 1_200)
    assert carry_on() == 0


def test_a_worker_that_died_leaves_the_rest_to_the_next(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dead(erp[0], 1_200)
    job = ask(erp[0])
    real, taken = replaying.send_again, []

    def dies(*args: Any) -> int:
        taken.append(1)
        if len(taken) == 2:
            raise SystemExit
        return real(*args)

    monkeypatch.setattr(job_steps, "send_again", dies)
    with pytest.raises(SystemExit):
        carry_on()
    assert carry_on() == 0  # it is held until its lease ends
    carry_on_jobs(clock=lambda: timezone.now() + timedelta(minutes=5))
    job.refresh_from_db()
    assert (job.seen, job.changed) == (1_200, 1_200)
    assert counts() == {"pending": 1_200}


def test_what_dies_after_it_was_asked_for_stays_out(erp: Erp) -> None:
    make_dead(erp[0], 2)
    job = ask(erp[0], JobKind.RESOLVE, note="seen to in the ERP")
    make_dead(erp[0], 1, settled_at=timezone.now() + timedelta(seconds=1))
    carry_on()
    job.refresh_from_db()
    assert counts() == {"resolved": 2, "dead": 1}
    assert job.changed == 2
    assert Delivery.objects.filter(note="seen to in the ERP", settled_by="anna").count() == 2


def test_without_a_reason_nothing_is_put_away(erp: Erp) -> None:
    make_dead(erp[0], 1)
    with nothing_changes(), pytest.raises(Invalid):
        ask(erp[0], JobKind.DISCARD, note=" ")


def test_discarding_all_takes_a_second_person(erp: Erp) -> None:
    make_dead(erp[0], 2)
    job = discard_alike(erp[0], "status 500", note="test data", actor=ANNA, now=timezone.now())
    assert carry_on() == 0
    with nothing_changes(), pytest.raises(NotYours):
        answer_job(job, yes=True, actor=ANNA, now=timezone.now())

    answer_job(job, yes=True, actor=BERT, now=timezone.now())
    carry_on()
    assert counts() == {"discarded": 2}
    assert Delivery.objects.earliest("pk").settled_by == "anna + bert"
    with nothing_changes(), pytest.raises(StaleState):
        answer_job(job, yes=False, actor=BERT, now=timezone.now())


def test_declined_is_not_done(erp: Erp) -> None:
    make_dead(erp[0], 2)
    job = discard_alike(erp[0], "status 500", note="test data", actor=ANNA, now=timezone.now())
    answer_job(job, yes=False, actor=BERT, now=timezone.now())
    assert carry_on() == 0
    assert counts() == {"dead": 2}


def test_the_database_lets_nobody_approve_what_they_asked_for(erp: Erp) -> None:
    job = discard_alike(erp[0], "status 500", note="test data", actor=ANNA, now=timezone.now())
    for change in ({"answered_by_id": "user:901"}, {"due_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**change)


@pytest.mark.parametrize(("amount", "two"), [(50_000, False), (50_001, True), (None, False)])
def test_one_takes_two_above_the_limit(erp: Erp, amount: int | None, two: bool) -> None:
    (dead,) = make_dead_events(erp[0], amount)
    job = discard(dead, note="customer kept it", actor=ANNA, now=timezone.now())
    assert (job is not None) is two
    assert counts() == ({"dead": 1} if two else {"discarded": 1})
    if job is not None:
        answer_job(job, yes=True, actor=BERT, now=timezone.now())
        carry_on()
        assert counts() == {"discarded": 1}


def test_above_the_limit_there_is_no_way_round(erp: Erp) -> None:
    (dead,) = make_dead_events(erp[0], 99_999)
    with nothing_changes(), pytest.raises(Invalid):
        put_away(dead, DeliveryStatus.DISCARDED, note="x", actor=ANNA, now=timezone.now())


def test_enabled_again_it_gets_what_happened_meanwhile(
    it: Client, erp: Erp, register: Register
) -> None:
    place_events()
    fan_out(now=timezone.now())
    set_status(erp[0], DestinationStatus.DISABLED, actor=SETUP, now=timezone.now())
    register.sell()
    place_events()
    assert fan_out(now=timezone.now()) == 0

    response = it.post(act(erp[0], "enable"), {"meanwhile": "on"})
    job = Job.objects.get()
    assert response["Location"] == page(job)
    carry_on()
    job.refresh_from_db()
    assert (job.total, job.changed) == (2, 2)
    assert list(Delivery.objects.values_list("status", flat=True)) == ["pending"] * 2
    assert "2 of 2 looked at, 2 done" in read(it, page(job))


def test_enabled_without_it_hears_from_now_on(it: Client, erp: Erp, register: Register) -> None:
    place_events()
    fan_out(now=timezone.now())
    it.post(act(erp[0], "disable"))
    register.sell()
    place_events()
    fan_out(now=timezone.now())
    it.post(act(erp[0], "enable"))
    register.sell()
    place_events()
    assert fan_out(now=timezone.now()) == 2
    assert not Job.objects.exists()


def test_a_stretch_is_sent_again(it: Client, erp: Erp, register: Register) -> None:
    register.sell()
    place_events()
    now = timezone.now()
    span = {"since": (now - timedelta(hours=1)).isoformat()[:19],
            "until": (now + timedelta(hours=1)).isoformat()[:19]}  # fmt: skip
    it.post(act(erp[0], "replay"), {**span, "types": ["sale.recorded"]})
    carry_on()
    assert list(Delivery.objects.values_list("event_type", flat=True)) == ["sale.recorded"]

    swapped = {"since": span["until"], "until": span["since"]}
    with nothing_changes():
        said = text_of(it.post(act(erp[0], "replay"), swapped))
    assert "It has to lie behind the beginning." in said


def test_another_administrator_approves_on_the_page(it: Client, erp: Erp) -> None:
    make_dead(erp[0], 1)
    me = User.objects.get(role=Role.IT_ADMINISTRATOR)
    mine = user_actor(me.pk, me.username)
    own = discard_alike(erp[0], "status 500", note="x", actor=mine, now=timezone.now())
    with nothing_changes():
        said = text_of(it.post(act(own, "approve"), follow=True))
    assert "It takes another person than the one who asked." in said
    other = discard_alike(erp[0], "status 500", note="x", actor=BERT, now=timezone.now())
    it.post(act(other, "approve"))
    carry_on()
    assert counts() == {"discarded": 1}
    assert "finished" in read(it, url(Job))
