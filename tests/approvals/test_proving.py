"""PIN and badge: who is right, and what happens to those who are wrong."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from apps.approvals import services
from apps.approvals.models import Approver
from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.returns.models import Override
from tests.threads import insist, together
from tests.world import SETUP, Register, make_approver, make_register, problem

BADGE = "badge-7f3e-91c2-aa04"
_threads = pytest.mark.django_db(transaction=True)


def _wrong(register: Register, waiting: Any, times: int = 1, **changes: Any) -> Any:
    answers = [register.override(waiting, **{"pin": "111222", **changes}) for _ in range(times)]
    return answers[-1]


def test_a_badge_needs_no_number(register: Register) -> None:
    services.give_badge(make_approver(), BADGE, actor=SETUP, now=timezone.now())
    waiting = register.wait()
    body = {"badge": BADGE, "reason": "x"}
    answer = register.post(f"returns/{waiting['id']}/override", body).json()
    assert (answer["status"], answer["overrides"][0]["method"]) == ("authorized", "badge")


def test_somebody_elses_badge_with_a_number_is_wrong(register: Register) -> None:
    services.give_badge(make_approver(), BADGE, actor=SETUP, now=timezone.now())
    other = make_approver("2002")
    waiting = register.wait()
    body = {"approver": "2002", "badge": BADGE, "reason": "x"}
    problem(register.post(f"returns/{waiting['id']}/override", body), 403, "approval-refused")
    other.refresh_from_db()
    assert other.wrong_in_a_row == 1


@pytest.mark.parametrize("changes", [{"approver": "9999"}, {"pin": "111222"}, {"pin": "no"}])
def test_unknown_and_wrong_are_answered_alike(register: Register, changes: dict[str, str]) -> None:
    make_approver()
    document = problem(register.override(register.wait(), **changes), 403, "approval-refused")
    assert document["detail"] == "Personnel number, PIN or badge is wrong."


def test_nobody_without_a_pin_is_let_in_by_an_empty_one(register: Register) -> None:
    services.take_pin(make_approver(), actor=SETUP, now=timezone.now())
    problem(register.override(register.wait()), 403, "approval-refused")


def test_who_is_not_active_any_more_is_unknown(register: Register) -> None:
    make_approver(is_active=False)
    problem(register.override(register.wait()), 403, "approval-refused")


def test_the_fifth_wrong_in_a_row_locks_and_is_told(register: Register) -> None:
    approver = make_approver()
    waiting = register.wait()
    problem(_wrong(register, waiting, 5), 403, "approval-refused")
    problem(register.override(waiting), 403, "approver-locked")
    approver.refresh_from_db()
    assert (approver.wrong_in_a_row, approver.locked_at is not None) == (5, True)
    told = Event.objects.get(type="approver.locked")
    assert (told.data, told.store_number) == ({"approver": "2001"}, "0042")
    refused = AuditEntry.objects.filter(action="approval.refused", subject_id=str(approver.pk))
    assert (refused.count(), AuditEntry.objects.filter(action="approver.locked").count()) == (5, 1)


def test_a_right_one_in_between_starts_anew(register: Register) -> None:
    approver = make_approver()
    waiting = register.wait()
    _wrong(register, waiting, 4)
    register.override(waiting)
    approver.refresh_from_db()
    assert (approver.wrong_in_a_row, approver.locked_at) == (0, None)


def test_an_administrator_unlocks(register: Register) -> None:
    approver = make_approver()
    waiting = register.wait()
    _wrong(register, waiting, 5)
    services.unlock(approver, actor=SETUP, now=timezone.now())
    assert register.override(waiting).json()["status"] == "authorized"
    assert AuditEntry.objects.filter(action="approver.unlocked").count() == 1


def test_a_locked_approver_keeps_nobody_else_out(register: Register) -> None:
    make_approver()
    make_approver("2002")
    waiting = register.wait()
    _wrong(register, waiting, 5)
    assert register.override(waiting, approver="2002").json()["status"] == "authorized"


def test_a_register_that_tries_many_has_to_wait(
    register: Register, set_clock: Any, settings: Any
) -> None:
    settings.RATE_LIMITS = True
    make_approver()
    waiting = register.wait()
    for n in range(20):
        _wrong(register, waiting, approver=f"9{n:03d}")
    problem(register.override(waiting), 429, "rate-limited")


@_threads
def test_the_count_outlives_the_refused_request() -> None:
    """The request's own transaction, if it had one, would have taken the count back with it."""
    register = make_register()
    approver = make_approver()
    _wrong(register, register.wait(), 3)
    assert Approver.objects.get(pk=approver.pk).wrong_in_a_row == 3


@_threads
def test_twenty_guesses_at_once_are_five_and_a_lock() -> None:
    register = make_register()
    make_approver()
    waiting = register.wait()
    pins = [f"9{n:02d}{n:02d}7" for n in range(20)]
    jobs = [
        partial(register.alone().override, waiting, pin=pin, key=f"0042-03-guess-{pin}")
        for pin in pins
    ]
    answers = together(jobs)
    assert {a.status_code for a in answers} == {403}
    assert AuditEntry.objects.filter(action="approver.locked").count() == 1
    assert Approver.objects.get().wrong_in_a_row == 5
    assert Override.objects.count() == 0


@_threads
def test_100_words_at_once_are_one() -> None:
    register = make_register()
    make_approver()
    waiting = register.wait()

    def say(n: int) -> Any:
        till = register.alone()
        return insist(lambda: till.override(waiting, key=f"0042-03-override-{n:04d}"))

    answers = together([partial(say, n) for n in range(100)])
    assert sorted(a.status_code for a in answers) == [200, *[409] * 99]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"return-not-waiting"}
    assert Override.objects.count() == 1
