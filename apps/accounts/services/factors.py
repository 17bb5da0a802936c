"""The second factor of a person: set up, renewed, reset."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import RecoveryCode, SecondFactor, User
from apps.accounts.policy.codes import digest_of, new_recovery_codes, new_secret, step_of
from apps.accounts.services.people import end_sessions, record
from apps.common.caller import Actor
from apps.common.errors import Invalid, NotYours


class NotConfirmed(Invalid):
    """The code is not the one that the app shows."""


class NotBegun(NotYours):
    """There is nothing to confirm: it counts already, or was never begun."""


class OwnFactor(NotYours):
    """Nobody resets their own second factor."""


def begin_factor(person: User, *, now: datetime) -> SecondFactor:
    """One that is not confirmed yet: the same until it is, so that a reload shows the same picture.

    One that counts already is left as it is, and returned.
    """
    fresh = {"secret": new_secret(), "made_at": now}
    factor, _made = SecondFactor.objects.get_or_create(person=person, defaults=fresh)
    return factor


@transaction.atomic
def confirm_factor(person: User, code: str, *, actor: Actor, now: datetime) -> list[str]:
    """The app shows the right code: from now on it counts. The recovery codes, seen this once.

    NotConfirmed if the code is wrong; NotBegun if there is one that counts already.
    """
    factor = SecondFactor.objects.select_for_update().filter(person=person).first()
    if factor is None or factor.confirmed_at is not None:
        raise NotBegun("There is a second factor already, or none was begun.")
    step = step_of(factor.secret, code, now=now, after=factor.last_step)
    if step is None:
        raise NotConfirmed("That is not the code which the app shows now.")
    factor.confirmed_at, factor.last_step = now, step
    factor.save()
    record(person, "user.second_factor_set", actor=actor, now=now)
    return _new_codes(person)


@transaction.atomic
def renew_recovery_codes(person: User, *, actor: Actor, now: datetime) -> list[str]:
    """Ten new ones, seen this once; those before are void."""
    record(person, "user.recovery_codes_renewed", actor=actor, now=now)
    return _new_codes(person)


@transaction.atomic
def reset_factor(person: User, *, actor: Actor, now: datetime, proven: bool = False) -> None:
    """Forget it and its recovery codes, and end the person's sessions: they set up another.

    Nobody resets their own, unless they have just shown a code of it (`proven`).
    """
    if actor.id == str(person.pk) and not proven:
        raise OwnFactor("Nobody resets their own second factor. Another administrator can.")
    SecondFactor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    record(person, "user.second_factor_reset", actor=actor, now=now)
    end_sessions(person, actor=actor, now=now)


def _new_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(person=person).delete()
    codes = new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=digest_of(code) or "") for code in codes
    )
    return codes
