"""New secrets for old, with an overlap in which both sign."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from apps.audit import services as audit
from apps.common.caller import Actor
from apps.common.errors import Conflict, Invalid, StaleState
from apps.common.keyring import UnreadableSecret
from apps.integrations.locks import lock_destination
from apps.integrations.models import Destination, WebhookSecret
from apps.integrations.services.destinations import fact
from apps.integrations.services.signing import make_secret
from apps.integrations.states import SECRET_TRANSITIONS, SecretStatus

OVERLAP = timedelta(hours=24)
MAX_OVERLAP = timedelta(days=30)


class RotationUnderWay(Conflict):
    """Two secrets sign already; a receiver need never know a third."""


@transaction.atomic
def rotate_webhook_secret(
    destination: Destination,
    *,
    overlap: timedelta = OVERLAP,
    end_older: bool = False,
    actor: Actor,
    now: datetime,
) -> str:
    """A new secret, in clear, this once. The one before it signs too until `now + overlap`.

    RotationUnderWay while an older overlap lasts, unless `end_older` ends that one at once. A secret
    that cannot be read any more cannot overlap: it is over at once. Invalid for an overlap below
    zero or above 30 days.
    """
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise Invalid("The overlap has to be between 0 hours and 30 days.")
    destination = lock_destination(destination.pk)
    if older := _find(destination, SecretStatus.RETIRING):
        _end_older(older, allowed=end_older, actor=actor, now=now)
    data: dict[str, Any] = {}
    if old := _find(destination, SecretStatus.ACTIVE):
        data = _replace(old, overlap, now)
    secret = make_secret(destination, now=now)
    told = fact("destination.secret_rotated", destination, data)
    audit.record([told], actor=actor, now=now)
    return secret


@transaction.atomic
def end_retiring_secret(destination: Destination, *, actor: Actor, now: datetime) -> None:
    """The old secret signs no more, from now on. StaleState when there is none."""
    destination = lock_destination(destination.pk)
    retiring = _find(destination, SecretStatus.RETIRING)
    if retiring is None:
        raise StaleState("There is no old secret any more.")
    _end(retiring, actor=actor, now=now)


def end_overlaps(*, actor: Actor, now: datetime) -> int:
    """Forget the old secrets whose overlap is over; how many."""
    due = WebhookSecret.objects.filter(status=SecretStatus.RETIRING, not_after__lte=now)
    ended = 0
    for destination_id in list(due.values_list("destination_id", flat=True)):
        with transaction.atomic():
            destination = lock_destination(destination_id)
            retiring = _find(destination, SecretStatus.RETIRING)
            if retiring is not None and retiring.not_after is not None:
                if retiring.not_after > now:  # ended, and rotated again, while we waited
                    continue
                _end(retiring, actor=actor, now=now)
                ended += 1
    return ended


def _end_older(older: WebhookSecret, *, allowed: bool, actor: Actor, now: datetime) -> None:
    assert older.not_after is not None
    if older.not_after > now and not allowed:
        until = localtime(older.not_after).strftime("%Y-%m-%d %H:%M %Z")
        raise RotationUnderWay(
            f"The secret before the present one ({older}) still signs until {until}. End it first."
        )
    _end(older, actor=actor, now=now)


def _replace(old: WebhookSecret, overlap: timedelta, now: datetime) -> dict[str, Any]:
    """The old one retires, or is over where nothing is to overlap; what the trail is to say."""
    if not overlap or not _is_readable(old):
        _move(old, SecretStatus.REVOKED, secret=None)
        return {"old": str(old), "signs_until": None}
    _move(old, SecretStatus.RETIRING, not_after=now + overlap)
    return {"old": str(old), "signs_until": (now + overlap).isoformat()}


def _end(secret: WebhookSecret, *, actor: Actor, now: datetime) -> None:
    _move(secret, SecretStatus.REVOKED, secret=None)
    ended = fact("destination.secret_ended", secret.destination, {"old": str(secret)})
    audit.record([ended], actor=actor, now=now)


def _move(row: WebhookSecret, to: SecretStatus, **changes: Any) -> None:
    assert to in SECRET_TRANSITIONS[row.status]
    rows = WebhookSecret.objects.filter(pk=row.pk, status=row.status)
    if not rows.update(status=to, **changes):
        raise StaleState("Somebody changed this secret a moment ago.")


def _find(destination: Destination, status: SecretStatus) -> WebhookSecret | None:
    return destination.secrets.filter(status=status).first()


def _is_readable(secret: WebhookSecret) -> bool:
    try:
        return bool(secret.secret)
    except UnreadableSecret:
        return False
