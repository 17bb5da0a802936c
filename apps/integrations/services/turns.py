"""Whose turn it is: claiming what is due, as far as mode, breaker, rate and order allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.integrations import store
from apps.integrations.gateways import connector_for
from apps.integrations.locks import lock_health
from apps.integrations.models import Destination, DestinationHealth
from apps.integrations.policy.breaker import Breaker
from apps.integrations.policy.timing import AT_ONCE, Timing, run_due
from apps.integrations.states import DestinationStatus

MOST_AT_A_TIME = 20
"""Calls of one claim, where each carries one event."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a worker may send now. `deadline`: it has to be done with calling by then."""

    destination: Destination
    claims: list[store.Claimed]
    deadline: datetime


def due_destinations(now: datetime) -> list[tuple[UUID, int]]:
    """(id, calls at a time) of the active ones with something that is due."""
    return store.due_destinations(now)


@transaction.atomic
def take_turn(destination_id: UUID, *, now: datetime) -> Turn | None:
    """The next batch of a destination; None when there is nothing to send, or it may not be called.

    An open breaker lets nothing through, and after its time one attempt of one worker.
    """
    health = lock_health(destination_id)
    destination = Destination.objects.get(pk=destination_id)
    breaker = breaker_of(health)
    if destination.status != DestinationStatus.ACTIVE or not breaker.lets_through(now):
        return None
    if health.probing_until is not None and health.probing_until > now:
        return None
    margin = timedelta(seconds=settings.DELIVERY_MARGIN_S)
    lease = now + timedelta(seconds=destination.timeout_seconds) + margin
    claims = store.claim(
        destination_id,
        limit=1 if breaker.wants_a_probe else _batch(destination),
        ordered=destination.ordered,
        before=_run_began(destination, health, now),
        lease=lease,
        now=now,
    )
    if claims and breaker.wants_a_probe:
        health.probing_until = lease
    health.save(update_fields=["probing_until", "last_run_at"])
    return Turn(destination, claims, deadline=now + margin / 2) if claims else None


def breaker_of(health: DestinationHealth) -> Breaker:
    return Breaker(
        health.failures_in_a_row,
        health.open_until,
        timedelta(seconds=health.opened_for_seconds),
        tuple((datetime.fromisoformat(at), bool(ok)) for at, ok in health.recent),
    )


def _batch(destination: Destination) -> int:
    many = connector_for(destination.kind).carries_many(destination.config)
    return destination.batch_size if many else MOST_AT_A_TIME


def _run_began(destination: Destination, health: DestinationHealth, now: datetime) -> datetime:
    """A run takes what stood there when it began; what comes later waits for the next one."""
    timing = Timing(
        destination.sync_mode,
        timedelta(seconds=destination.every_seconds),
        destination.daily_at,
        destination.daily_zone,
    )
    if timing.mode == AT_ONCE or run_due(timing, last_run=health.last_run_at, now=now):
        health.last_run_at = now
    return health.last_run_at or datetime.min.replace(tzinfo=now.tzinfo)
