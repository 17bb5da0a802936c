"""Logging in, step by step. Every attempt is counted before it is looked at.

What fails ten times within half an hour shuts the door for half an hour: to the account from
everywhere, and to the address for every account. Whoever knocks is always told the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.accounts import store
from apps.accounts.models import LoginTries, RecoveryCode, SecondFactor, TriesBy, User
from apps.accounts.policy.codes import digest_of, step_of
from apps.accounts.services.people import record
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.addresses import household_of
from apps.common.caller import Actor, user_actor


@dataclass(frozen=True, slots=True)
class Knock:
    """Who is at the door, as far as that is known: from where, by which request, when."""

    address: str
    request_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class _Doors:
    """The doors one has to pass, each with how many tries it has seen."""

    tries: list[tuple[str, str, int]]
    is_open: bool


def enter_password(username: str, password: str, knock: Knock) -> User | None:
    """The person, if the password is theirs and no door is shut. They are not logged in by this."""
    known = User.objects.filter(username=username).first() if username else None
    doors = _knock(known, knock)
    if not doors.is_open:
        make_password(password)  # takes as long as a check: the answer does not tell what is shut
        _note_failure(known, doors, knock, "password")
        return None
    person = authenticate(None, username=username, password=password)
    if not isinstance(person, User) or not person.is_staff:
        _note_failure(known, doors, knock, "password")
        return None
    _take_back(doors)
    return person


def enter_code(person: User, code: str, knock: Knock) -> str:
    """How the person proved it: `app`, `recovery`; nothing if the code is not good (any more)."""
    doors = _knock(person, knock)
    how = _spend(person, code, knock.now) if doors.is_open else ""
    if not how:
        _note_failure(person, doors, knock, "code")
        return ""
    _take_back(doors)
    if how == "recovery":
        left = RecoveryCode.objects.filter(person=person, used_at=None).count()
        actor = _actor(person, knock)
        record(person, "user.recovery_code_used", actor=actor, now=knock.now, data={"left": left})
    return how


@transaction.atomic
def note_entered(person: User, knock: Knock, *, how: str = "") -> None:
    """The person is in: what failed before is forgotten."""
    LoginTries.objects.filter(by=TriesBy.ACCOUNT, key=str(person.pk)).delete()
    data = {"address": knock.address, **({"second_factor": how} if how else {})}
    record(person, "user.logged_in", actor=_actor(person, knock), now=knock.now, data=data)


def note_left(person: User, knock: Knock, *, why: str = "") -> None:
    """The person is out: by themselves, or since nothing was done (`idle`), or for too long."""
    actor = _actor(person, knock)
    data = {"address": knock.address}
    record(person, "user.logged_out", actor=actor, now=knock.now, outcome=why, data=data)


@transaction.atomic
def open_again(tries: LoginTries, *, actor: Actor, now: datetime) -> None:
    """Forget the attempts, before the time is over."""
    tries.delete()
    label, key = tries.key, tries.key
    if tries.by == TriesBy.ACCOUNT:
        label = User.objects.filter(pk=tries.key).values_list("username", flat=True).first() or key
    kind = "user" if tries.by == TriesBy.ACCOUNT else "address"
    fact = Fact(f"{kind}.unlocked", kind, key, subject_label=label, data={"tries": tries.failures})
    audit.record([fact], actor=actor, now=now)


def _knock(known: User | None, knock: Knock) -> _Doors:
    keys = [(TriesBy.ADDRESS.value, household_of(knock.address))]
    if known is not None:
        keys.append((TriesBy.ACCOUNT.value, str(known.pk)))
    span = timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    tries = []
    for by, key in keys:
        n, locked = store.take_try(by, key, now=knock.now, span=span)
        tries.append((by, key, n))
        if locked or n > settings.LOGIN_FAILURES:
            return _Doors(tries, is_open=False)  # from a shut address no account can be shut
    return _Doors(tries, is_open=True)


def _take_back(doors: _Doors) -> None:
    for by, key, _n in doors.tries:
        store.give_back(by, key)


@transaction.atomic
def _note_failure(known: User | None, doors: _Doors, knock: Knock, step: str) -> None:
    """By name only when there is such an account: people type passwords into the name field."""
    actor = _actor(known, knock)
    data: dict[str, Any] = {"address": knock.address}
    if step != "password":
        data["step"] = step
    if not doors.is_open:
        data["locked"] = True
    facts = [_fact("user.login_failed", actor, data, "refused")]
    until = knock.now + timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    for by, key, n in doors.tries:
        full = n >= settings.LOGIN_FAILURES
        if full and store.shut(by, key, until=until, now=knock.now):
            told = {**data, "until": until.isoformat()}
            if by == TriesBy.ACCOUNT:
                facts.append(_fact("user.locked", actor, told, "refused"))
            else:
                facts.append(Fact("address.locked", "address", key, subject_label=key, data=told))
    audit.record(facts, actor=actor, now=knock.now)


def _fact(action: str, actor: Actor, data: dict[str, Any], outcome: str) -> Fact:
    return Fact(action, "user", actor.id, subject_label=actor.label, outcome=outcome, data=data)


def _actor(person: User | None, knock: Knock) -> Actor:
    if person is None:
        return Actor(kind="user", id="", label="?", request_id=knock.request_id)
    return user_actor(person.pk, person.username, request_id=knock.request_id)


def _spend(person: User, code: str, now: datetime) -> str:
    """Use a code up, by compare-and-set: of two that come with the same one, one gets in."""
    if digest := digest_of(code):
        unused = RecoveryCode.objects.filter(person=person, digest=digest, used_at=None)
        return "recovery" if unused.update(used_at=now) else ""
    factor = SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).first()
    if factor is None:
        return ""
    step = step_of(factor.secret, code, now=now, after=factor.last_step)
    if step is None:
        return ""
    fresh = SecondFactor.objects.filter(person=person, last_step__lt=step)
    return "app" if fresh.update(last_step=step) else ""
