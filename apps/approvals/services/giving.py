"""What an administrator does: PIN, badge, unlocking. Neither PIN nor badge is kept or shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.approvals.models import Approver
from apps.approvals.policy import (
    LEAST_BADGE,
    LEAST_DIGITS,
    MOST_BADGE,
    MOST_DIGITS,
    is_easily_guessed,
    is_pin,
)
from apps.approvals.services.digests import hash_badge
from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState


def set_pin(approver: Approver, pin: str, *, actor: Actor, now: datetime) -> None:
    """Give them a PIN, or another. ValidationError when it is no PIN, or one that is tried first."""
    if not is_pin(pin):
        text = _("A PIN has %(least)s to %(most)s digits.")
        raise ValidationError(text % {"least": LEAST_DIGITS, "most": MOST_DIGITS})
    if is_easily_guessed(pin, approver.number):
        raise ValidationError(_("This PIN is guessed too easily."))
    _change(approver, "pin_set", actor, now, pin_hash=make_password(pin), pin_set_at=now)


def take_pin(approver: Approver, *, actor: Actor, now: datetime) -> None:
    _change(approver, "pin_taken", actor, now, pin_hash="", pin_set_at=None)


def give_badge(approver: Approver, code: str, *, actor: Actor, now: datetime) -> None:
    """Whoever shows this badge is them; their old one is worth nothing from now on.

    ValidationError when the code is too short to be hard to guess, or somebody else's.
    """
    if not LEAST_BADGE <= len(code.strip()) <= MOST_BADGE:
        text = _("The code of a badge has %(least)s to %(most)s characters.")
        raise ValidationError(text % {"least": LEAST_BADGE, "most": MOST_BADGE})
    digest = hash_badge(code)
    try:
        _change(approver, "badge_given", actor, now, badge_hash=digest, badge_set_at=now)
    except IntegrityError as error:
        raise ValidationError(_("This badge belongs to somebody else.")) from error


def take_badge(approver: Approver, *, actor: Actor, now: datetime) -> None:
    """A lost badge opens nothing from the next request on."""
    _change(approver, "badge_taken", actor, now, badge_hash="", badge_set_at=None)


@transaction.atomic
def unlock(approver: Approver, *, actor: Actor, now: datetime) -> None:
    """Let them try again. StaleState when they are not locked (any more)."""
    locked = Approver.objects.filter(pk=approver.pk, locked_at__isnull=False)
    if not locked.update(locked_at=None, wrong_in_a_row=0):
        raise StaleState(_("This approver is not locked."))
    approver.refresh_from_db()
    _record(approver, "unlocked", actor, now)


@transaction.atomic
def _change(approver: Approver, what: str, actor: Actor, now: datetime, **fields: Any) -> None:
    Approver.objects.filter(pk=approver.pk).update(**fields)
    approver.refresh_from_db()
    _record(approver, what, actor, now)


def _record(approver: Approver, what: str, actor: Actor, now: datetime) -> None:
    fact = Fact(f"approver.{what}", "approver", str(approver.pk), subject_label=str(approver))
    audit.record([fact], actor=actor, now=now)
