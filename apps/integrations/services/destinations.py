"""Systems that want to hear: adding one, and whether it is to hear anything at present."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.common.wakeup import wake_on_commit
from apps.integrations.locks import lock_destination, lock_health
from apps.integrations.models import Destination, DestinationHealth, FeedReader
from apps.integrations.services.configuring import check_config, put_credentials
from apps.integrations.services.signing import make_secret
from apps.integrations.states import DestinationKind, DestinationStatus

READER = "deliveries"


@transaction.atomic
def add_destination(
    *,
    name: str,
    url: str,
    kind: DestinationKind = DestinationKind.WEBHOOK,
    settings: Mapping[str, Any] | None = None,
    credentials: Mapping[str, str] | None = None,
    paused_because: str = "",
    actor: Actor,
    now: datetime,
) -> tuple[Destination, str]:
    """A new destination, and its first secret in clear, this once (`whsec_…`).

    `settings` are fields of it; without them those of its kind are filled in later. With a reason
    it begins paused. ValidationError by field for a name that is taken, an address that we would
    not call, or settings that make no sense.
    """
    destination = Destination(name=name, url=url, kind=kind, created_at=now, **(settings or {}))
    if paused_because:
        destination.status, destination.status_reason = DestinationStatus.PAUSED, paused_because
    if credentials:
        put_credentials(destination, credentials, now)
    destination.full_clean()
    if settings is not None:
        check_config(kind, destination.config)
    destination.save()
    DestinationHealth.objects.create(destination=destination)
    secret = make_secret(destination, now=now)
    data: dict[str, Any] = {"url": url, "kind": str(kind), "status": str(destination.status)}
    if settings is not None:
        data |= {"config": destination.config, "credentials": sorted(credentials or ())}
    audit.record([fact("destination.added", destination, data)], actor=actor, now=now)
    return destination, secret


@transaction.atomic
def set_status(
    destination: Destination,
    to: DestinationStatus,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> int | None:
    """Activate, pause (what happens is kept for it) or disable. StaleState when it was so already.

    Gives the place in the feed from which on it heard nothing, when it was disabled until now.
    """
    lock_health(destination.pk)
    locked = lock_destination(destination.pk)
    if locked.status == to:
        raise StaleState("Somebody was faster: it is so already.")
    missed_from = _note_feed(locked, to)
    changed = {"status": {"before": str(locked.status), "after": str(to)}}
    locked.status = destination.status = to
    locked.status_reason = reason
    locked.save(update_fields=["status", "status_reason"])
    if to == DestinationStatus.ACTIVE:
        forget_failures(locked)
        wake_on_commit("integrations.carry_feed")
    told = fact(f"destination.{to}", locked, changed, reason=reason)
    audit.record([told], actor=actor, now=now)
    return missed_from


def feed_position() -> int:
    """How far deliveries were made; 0 before the first."""
    return FeedReader.objects.filter(name=READER).values_list("position", flat=True).first() or 0


def note_disabled(destination: Destination) -> None:
    """From here on it hears nothing; what it missed can be sent when it is enabled again."""
    DestinationHealth.objects.filter(destination=destination).update(
        disabled_position=feed_position()
    )


def _note_feed(destination: Destination, to: DestinationStatus) -> int | None:
    """Where the feed stands when it stops hearing; what was noted, when it hears again.

    Deliveries that are made meanwhile from a list read before are made once all the same.
    """
    if to == DestinationStatus.DISABLED:
        note_disabled(destination)
        return None
    health = DestinationHealth.objects.filter(destination=destination)
    missed_from: int | None = health.values_list("disabled_position", flat=True).first()
    health.update(disabled_position=None)
    return missed_from


def forget_failures(destination: Destination) -> None:
    """Somebody says that it works again: it is tried at once."""
    DestinationHealth.objects.filter(destination=destination).update(
        open_until=None,
        opened_for_seconds=0,
        failures_in_a_row=0,
        probing_until=None,
        recent=[],
        failing_since=None,
    )


def fact(
    action: str,
    destination: Destination,
    data: dict[str, Any] | None = None,
    outcome: str = "",
    reason: str = "",
) -> Fact:
    """What stands in the trail about a destination; never a secret."""
    return Fact(
        action,
        "destination",
        str(destination.pk),
        subject_label=destination.name,
        outcome=outcome,
        reason=reason[:500],
        data=data or {},
    )
