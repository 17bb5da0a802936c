"""Sending again: one delivery, all like it, or a stretch of time. The event id stays the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import Invalid, StaleState
from apps.common.wakeup import wake_on_commit
from apps.events.models import Event
from apps.integrations.models import Delivery, Destination
from apps.integrations.policy.putting_away import amount_of, needs_second
from apps.integrations.services.fan_out import make_deliveries
from apps.integrations.states import DeliveryStatus

BATCH = 500
REPLAYABLE = (DeliveryStatus.DEAD, DeliveryStatus.DELIVERED, DeliveryStatus.RESOLVED)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of a destination from `since` to before `until`; `types` empty is all."""

    since: datetime
    until: datetime
    types: tuple[str, ...] = ()
    failed_only: bool = True


@transaction.atomic
def replay(delivery: Delivery, *, actor: Actor, now: datetime) -> None:
    """Back in the queue, with all its attempts before it. StaleState when it is under way."""
    if not send_again(Delivery.objects.filter(pk=delivery.pk), now):
        raise StaleState("This delivery is under way, or was discarded.")
    audit.record([_fact("delivery.replayed", delivery)], actor=actor, now=now)
    wake_on_commit("integrations.carry_feed")


@transaction.atomic
def put_away(
    delivery: Delivery, to: DeliveryStatus, *, note: str, actor: Actor, now: datetime
) -> None:
    """Resolve (seen to elsewhere) or discard (decided against), saying why.

    Invalid without a reason, and for discarding by one person what takes two (`discard` asks).
    """
    if not note.strip():
        raise Invalid("Say why.")
    if to == DeliveryStatus.DISCARDED and takes_two(delivery):
        raise Invalid("Its amount is above the limit: discarding it takes two people.")
    changed = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.DEAD).update(
        status=to, note=note.strip()[:500], settled_by=actor.label, settled_at=now
    )
    if not changed:
        raise StaleState("This delivery is no longer in the error queue.")
    fact = _fact(f"delivery.{to}", delivery, reason=note)
    audit.record([fact], actor=actor, now=now)
    wake_on_commit("integrations.carry_feed")


def takes_two(delivery: Delivery) -> bool:
    """Whether its amount is above DISCARD_LIMIT_MINOR."""
    event = Event.objects.filter(pk=delivery.event_id).only("data").first()
    return needs_second([amount_of(event.data) if event else None], settings.DISCARD_LIMIT_MINOR)


def replay_stretch(
    destination: Destination, stretch: Stretch, *, actor: Actor, now: datetime
) -> int:
    """Queue what is named once more, in batches; how many. Safe to repeat: what waits stays so.

    Not only what failed: events that were never sent here, too, if the destination wants them.
    """
    queued = 0
    events = Event.objects.filter(
        recorded_at__gte=stretch.since, recorded_at__lt=stretch.until, position__isnull=False
    ).order_by("position")
    if stretch.types:
        events = events.filter(type__in=stretch.types)
    for batch in _in_batches(events):
        with transaction.atomic():
            ids = [event.pk for event in batch]
            again = Delivery.objects.filter(destination=destination, event_id__in=ids)
            if stretch.failed_only:
                queued += send_again(again.filter(status=DeliveryStatus.DEAD), now)
            else:
                queued += send_again(again, now)
                queued += make_deliveries(batch, [destination], now=now)
    fact = Fact(
        "destination.replayed", "destination", str(destination.pk), subject_label=destination.name,
        data={"since": stretch.since, "until": stretch.until, "deliveries": queued},
    )  # fmt: skip
    audit.record([fact], actor=actor, now=now)
    with transaction.atomic():
        wake_on_commit("integrations.carry_feed")
    return queued


def send_again(deliveries: QuerySet[Delivery], now: datetime) -> int:
    """Back in the queue, as if made now; how many. What is under way or discarded stays as it is."""
    return deliveries.filter(Q(status__in=REPLAYABLE)).update(
        status=DeliveryStatus.PENDING, tries=0, next_attempt_at=now, created_at=now,
        settled_at=None, settled_by="", note="", cause="", detail="", first_failed_at=None,
    )  # fmt: skip


def _in_batches(events: QuerySet[Event]) -> Iterable[list[Event]]:
    reached = 0
    while batch := list(events.filter(position__gt=reached)[:BATCH]):
        yield batch
        reached = batch[-1].position or 0


def _fact(action: str, delivery: Delivery, reason: str = "") -> Fact:
    data = {"event": str(delivery.event_id), "type": delivery.event_type, "cause": delivery.cause}
    return Fact(
        action, "delivery", str(delivery.pk), subject_label=delivery.label, reason=reason, data=data
    )  # fmt: skip
