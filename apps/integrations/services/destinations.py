"""Systems that want to hear: adding one, and whether it is to hear anything at present."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.common.wakeup import wake_on_commit
from apps.integrations.locks import lock_destination
from apps.integrations.models import Destination, DestinationHealth
from apps.integrations.services.signing import make_secret
from apps.integrations.states import DestinationKind, DestinationStatus


@transaction.atomic
def add_destination(
    *,
    name: str,
    url: str,
    kind: DestinationKind = DestinationKind.WEBHOOK,
    actor: Actor,
    now: datetime,
) -> tuple[Destination, str]:
    """A new destination, and its first secret in clear, this once (`whsec_…`).

    ValidationError for a name that is taken or an address that we would not call.
    """
    destination = Destination(name=name, url=url, kind=kind, created_at=now)
    destination.full_clean()
    destination.save()
    DestinationHealth.objects.create(destination=destination)
    secret = make_secret(destination, now=now)
    data = {"url": url, "kind": str(kind)}
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
) -> None:
    """Activate, pause (what happens is kept for it) or disable. StaleState when it was so already."""
    locked = lock_destination(destination.pk)
    if locked.status == to:
        raise StaleState("Somebody was faster: it is so already.")
    locked.status = destination.status = to
    locked.status_reason = reason
    locked.save(update_fields=["status", "status_reason"])
    if to == DestinationStatus.ACTIVE:
        _forget_failures(locked)
        wake_on_commit("integrations.deliver_due")
    audit.record([fact(f"destination.{to}", locked)], actor=actor, now=now)


def _forget_failures(destination: Destination) -> None:
    """Somebody says that it works again: it is tried at once."""
    DestinationHealth.objects.filter(destination=destination).update(
        open_until=None, opened_for_seconds=0, failures_in_a_row=0, probing_until=None, recent=[]
    )


def fact(
    action: str, destination: Destination, data: dict[str, Any] | None = None, outcome: str = ""
) -> Fact:
    """What stands in the trail about a destination; never a secret."""
    return Fact(
        action,
        "destination",
        str(destination.pk),
        subject_label=destination.name,
        outcome=outcome,
        data=data or {},
    )
