"""A destination that has done nothing but fail for five days is left alone for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.common.caller import Actor
from apps.integrations.locks import lock_destination, lock_health
from apps.integrations.models import DestinationHealth
from apps.integrations.services.destinations import set_status
from apps.integrations.states import DestinationStatus

GIVEN_UP_AFTER = timedelta(days=5)
WHY = "It did nothing but fail for five days."


def disable_hopeless(*, actor: Actor, now: datetime) -> int:
    """Disable those whose calls have all failed over five days (Standard Webhooks); how many.

    What waits for them stays, and what happens from then on can be sent when they are enabled
    again. One that was called once and never since is not meant: its failures span no time.
    """
    hopeless = DestinationHealth.objects.filter(
        destination__status=DestinationStatus.ACTIVE,
        last_failure_at__gte=F("failing_since") + GIVEN_UP_AFTER,
    )
    found = list(hopeless.values_list("pk", flat=True))
    return sum(_disable(destination_id, actor, now) for destination_id in found)


@transaction.atomic
def _disable(destination_id: UUID, actor: Actor, now: datetime) -> bool:
    """False when it has recovered, or somebody was faster, while we waited for it."""
    # The health first, then the destination: the order in which a call is written down.
    health = lock_health(destination_id)
    destination = lock_destination(destination_id)
    if destination.status != DestinationStatus.ACTIVE or health.failing_since is None:
        return False
    set_status(destination, DestinationStatus.DISABLED, reason=WHY, actor=actor, now=now)
    return True
