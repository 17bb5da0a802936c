"""Whose turn it is: claiming what is due, as far as mode, breaker, rate and order allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.integrations import store
from apps.integrations.gateways import connector_for
from apps.integrations.locks import held_places, lock_health, places_of
from apps.integrations.models import Destination, DestinationHealth
from apps.integrations.policy.breaker import Breaker
from apps.integrations.policy.timing import AT_ONCE, Timing, run_due
from apps.integrations.states import DestinationStatus

FEWEST, MOST = 5, 80
"""Calls of one claim, where each carries one event: few at first, more where they go quickly."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a worker may send now. `deadline`: it has to be done with calling by then."""

    destination: Destination
    claims: list[store.Claimed]
    deadline: datetime


def due_destinations(now: datetime) -> list[tuple[UUID, int, int]]:
    """(id, calls at a time, workers wanted) of those that may be called and have something due.

    No more are wanted than there are free places, and not one for every few events. Whoever holds a
    place looks once more after giving it up, so nothing is left lying behind its back.
    """
    due = store.due_destinations(now)
    held = held_places() if due else set()
    found = []
    for one in due:
        free = one.concurrency - len(held & set(places_of(one.id, one.concurrency)))
        wanted = min(free, 1 if one.probe else -(-one.waiting // FEWEST))
        if wanted > 0:
            found.append((one.id, one.concurrency, wanted))
    return found


@transaction.atomic
def take_turn(destination_id: UUID, *, now: datetime, most: int = MOST) -> Turn | None:
    """The next batch of a destination; None when there is nothing to send, or it may not be called.

    An open breaker lets nothing through, and after its time one attempt of one worker. `most`: how
    many events, where a call carries one. The health is locked only where a probe or a run begins:
    nobody waits for those who write down.
    """
    health = DestinationHealth.objects.select_related("destination").get(pk=destination_id)
    destination = health.destination
    if alone := breaker_of(health).wants_a_probe or destination.sync_mode != AT_ONCE:
        health = lock_health(destination_id)
    breaker = breaker_of(health)
    if not _may_be_called(destination, health, breaker, now):
        return None
    margin = timedelta(seconds=settings.DELIVERY_MARGIN_S)
    lease = now + timedelta(seconds=destination.timeout_seconds) + margin
    claims = store.claim(
        destination_id,
        limit=1 if breaker.wants_a_probe else _batch(destination, most),
        ordered=destination.ordered,
        before=_run_began(destination, health, now),
        lease=lease,
        now=now,
    )
    if claims and breaker.wants_a_probe:
        health.probing_until = lease
    if alone:
        health.save(update_fields=["probing_until", "last_run_at"])
    return Turn(destination, claims, deadline=now + margin / 2) if claims else None


def has_turn(destination_id: UUID, *, now: datetime) -> bool:
    """Whether `take_turn` would find something; nothing is locked, and nothing changed."""
    health = DestinationHealth.objects.select_related("destination").get(pk=destination_id)
    destination = health.destination
    if not _may_be_called(destination, health, breaker_of(health), now):
        return False
    before = _run_began(destination, health, now)
    return store.has_next(destination_id, ordered=destination.ordered, before=before, now=now)


def next_size(size: int, per_call: timedelta) -> int:
    """How many to claim next: what goes quickly in larger batches, what goes slowly is shared out.

    About two seconds of calls. It is their time that counts, not that of writing down, which grows
    with smaller batches.
    """
    fitting = MOST if not per_call else int(timedelta(seconds=2) / per_call)
    return max(1, min(size * 2, fitting, MOST))


def breaker_of(health: DestinationHealth) -> Breaker:
    return Breaker(
        health.failures_in_a_row,
        health.open_until,
        timedelta(seconds=health.opened_for_seconds),
        tuple((datetime.fromisoformat(at), bool(ok)) for at, ok in health.recent),
    )


def _may_be_called(
    destination: Destination, health: DestinationHealth, breaker: Breaker, now: datetime
) -> bool:
    probed = health.probing_until is not None and health.probing_until > now
    active = destination.status == DestinationStatus.ACTIVE
    return active and breaker.lets_through(now) and not probed


def _batch(destination: Destination, most: int) -> int:
    many = connector_for(destination.kind).carries_many(destination.config)
    return destination.batch_size if many else most


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
