"""Discarding: decided against, by one person or by two."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.common.caller import Actor
from apps.common.errors import Conflict, StaleState
from apps.integrations.models import Delivery, Destination, Job
from apps.integrations.policy.putting_away import needs_second
from apps.integrations.services.jobs import ask_job
from apps.integrations.services.replaying import put_away, takes_two
from apps.integrations.states import DeliveryStatus, JobKind


@transaction.atomic
def discard(delivery: Delivery, *, note: str, actor: Actor, now: datetime) -> Job | None:
    """Discarded at once, or the job that waits for a second person. StaleState, Invalid."""
    if not takes_two(delivery):
        put_away(delivery, DeliveryStatus.DISCARDED, note=note, actor=actor, now=now)
        return None
    if not Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.DEAD).exists():
        raise StaleState("This delivery is no longer in the error queue.")
    # Held by nothing but this look: two who ask at one moment leave two requests, and one discard.
    waiting = Job.objects.filter(kind=JobKind.DISCARD_ONE, finished_at=None, due_at=None)
    if waiting.filter(about__delivery=delivery.pk).exists():
        raise Conflict("Somebody asked for that already; it waits for a second person.")
    about = {"delivery": delivery.pk, "event": str(delivery.event_id), "label": delivery.label}
    return ask_job(
        JobKind.DISCARD_ONE, delivery.destination, about,
        note=note, needs_second=True, actor=actor, now=now,
    )  # fmt: skip


def discard_alike(
    destination: Destination, cause: str, *, note: str, actor: Actor, now: datetime
) -> Job:
    """All that failed so; where there is a limit it takes two, since nobody saw each amount."""
    two = needs_second(None, settings.DISCARD_LIMIT_MINOR)
    return ask_job(
        JobKind.DISCARD, destination, {"cause": cause},
        note=note, needs_second=two, actor=actor, now=now,
    )  # fmt: skip
