"""Systems that want to hear: adding one, and whether it is to hear anything at present."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.integrations.locks import lock_destination
from apps.integrations.models import Destination
from apps.integrations.services.signing import make_secret
from apps.integrations.states import DestinationKind


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
    secret = make_secret(destination, now=now)
    data = {"url": url, "kind": str(kind)}
    audit.record([fact("destination.added", destination, data)], actor=actor, now=now)
    return destination, secret


@transaction.atomic
def set_enabled(destination: Destination, enabled: bool, *, actor: Actor, now: datetime) -> None:
    """StaleState when it was so already."""
    locked = lock_destination(destination.pk)
    if locked.enabled == enabled:
        raise StaleState("Somebody was faster: it is so already.")
    locked.enabled = destination.enabled = enabled
    locked.save(update_fields=["enabled"])
    action = "destination.enabled" if enabled else "destination.disabled"
    audit.record([fact(action, locked)], actor=actor, now=now)


def fact(action: str, destination: Destination, data: dict[str, Any] | None = None) -> Fact:
    """What stands in the trail about a destination; never a secret."""
    return Fact(
        action,
        "destination",
        str(destination.pk),
        subject_label=destination.name,
        data=data or {},
    )
