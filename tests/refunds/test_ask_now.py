"""Having the processor asked sooner: it is only asked, and money goes out once."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import AuditEntry
from apps.common.errors import StaleState
from apps.insights.trouble.refunds import StuckRefunds
from apps.refunds import store
from apps.refunds.models import Refund, SandboxRefund
from apps.refunds.services import ask_now
from tests.admin.conftest import client_of
from tests.admin.helpers import act, page, url
from tests.books import nothing_changes
from tests.refunds.scene import Clock, take_back, work
from tests.world import SETUP, Register, card


@pytest.fixture
def unknown(register: Register, clock: Clock) -> Refund:
    """Booked at the processor, and the answer lost."""
    take_back(register, card(1000, ref="sbx_timeout_1"))
    work(clock)
    return Refund.objects.get(status="unknown")


def ask(refund: Refund, now: datetime) -> None:
    ask_now(refund, actor=SETUP, now=now)


def test_what_is_not_known_is_asked_about_at_once_and_not_sent_again(
    unknown: Refund, clock: Clock
) -> None:
    assert work(clock) == 0  # its time has not come
    ask(unknown, clock())
    assert work(clock) == 1

    unknown.refresh_from_db()
    assert (unknown.status, unknown.attempts) == ("succeeded", 2)
    assert SandboxRefund.objects.count() == 1
    entry = AuditEntry.objects.get(action="refund.asked")
    assert (entry.subject_id, entry.data["status"]) == (str(unknown.pk), "unknown")


def test_one_that_is_settled_or_was_never_sent_is_left_alone(
    register: Register, unknown: Refund, clock: Clock
) -> None:
    ask(unknown, clock())
    work(clock)
    take_back(register, card(1000))
    waiting = Refund.objects.get(status="submitted")
    for refund in (unknown, waiting):
        with nothing_changes(), pytest.raises(StaleState):
            ask(refund, clock())


def test_it_is_not_taken_from_the_worker_that_asks(unknown: Refund, clock: Clock) -> None:
    clock.forward(10)
    now = clock()
    assert store.claim_due(limit=1, now=now, lease=now.replace(year=now.year + 1))
    with nothing_changes(), pytest.raises(StaleState, match="at this moment"):
        ask(unknown, now)

    clock.forward(61)  # that worker was killed
    ask(unknown, clock())


def test_the_error_queue_shows_what_is_stuck(unknown: Refund) -> None:
    [group] = StuckRefunds().groups(timezone.now())
    assert (group.cause, group.count) == ("Not known", 1)
    Refund.objects.update(status="submitted", attempts=2)
    assert StuckRefunds().groups(timezone.now()) == []
    Refund.objects.update(attempts=3)
    assert [one.cause for one in StuckRefunds().groups(timezone.now())] == ["On its way"]


def test_by_button_one_and_many(unknown: Refund) -> None:
    it, auditor = client_of(Role.IT_ADMINISTRATOR), client_of(Role.AUDITOR)
    before = unknown.next_attempt_at
    with nothing_changes():
        assert auditor.post(act(unknown, "ask-now")).status_code == 403
    assert act(unknown, "ask-now") in it.get(page(unknown)).content.decode()
    Refund.objects.update(attempts=1)
    it.post(url(Refund, "bulk", "ask-now"), {"chosen": str(unknown.pk), "confirmed": "1"})

    unknown.refresh_from_db()
    assert AuditEntry.objects.filter(action="refund.asked").count() == 1
    assert unknown.next_attempt_at != before
