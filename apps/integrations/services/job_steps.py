"""One batch of a job. Each walks along an index behind what was reached, and sees a row once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.dateparse import parse_datetime

from apps.events.models import Event
from apps.integrations.models import Delivery, Job
from apps.integrations.services.fan_out import make_deliveries
from apps.integrations.services.replaying import send_again
from apps.integrations.states import DeliveryStatus, JobKind

BATCH = 500


@dataclass(frozen=True, slots=True)
class Step:
    """What a batch looked at and changed; `reached` None says that nothing is left."""

    seen: int
    changed: int
    reached: int | None


def take_step(job: Job, *, now: datetime) -> Step:
    return _STEPS[JobKind(job.kind)](job, now)


def count_of(job: Job) -> int:
    """How many rows there are to look at. For a worker: no page waits for it."""
    rows = _events(job) if job.kind in (JobKind.STRETCH, JobKind.CATCH_UP) else _alike(job)
    return int(rows.aggregate(n=Count("pk"))["n"])


def _alike(job: Job) -> QuerySet[Delivery]:
    """The dead ones of a cause, or one of them. What dies after it was asked stays out of it."""
    dead = Delivery.objects.filter(destination=job.destination, status=DeliveryStatus.DEAD)
    if job.kind == JobKind.DISCARD_ONE:
        return dead.filter(pk=job.about["delivery"])
    return dead.filter(cause=job.about["cause"], settled_at__lte=job.asked_at)


def _events(job: Job) -> QuerySet[Event]:
    about = job.about
    events = Event.objects.filter(position__gt=about.get("after", 0))
    if "until_position" in about:
        events = events.filter(position__lte=about["until_position"])
    if "since" in about:
        events = events.filter(
            recorded_at__gte=parse_datetime(about["since"]),
            recorded_at__lt=parse_datetime(about["until"]),
        )
    return events.filter(type__in=about["types"]) if about.get("types") else events


def _replay(job: Job, now: datetime) -> Step:
    return _batch(job, lambda rows: send_again(rows, now))


def _put_away(to: DeliveryStatus) -> Callable[[Job, datetime], Step]:
    def run(job: Job, now: datetime) -> Step:
        by = " + ".join(filter(None, (job.asked_by, job.answered_by)))[:160]
        change = {"status": to, "note": job.note, "settled_by": by, "settled_at": now}
        return _batch(job, lambda rows: rows.update(**change))

    return run


def _batch(job: Job, change: Callable[[QuerySet[Delivery]], int]) -> Step:
    rows = _alike(job).filter(pk__gt=job.reached).order_by("destination", "cause", "pk")
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    if not ids:
        return Step(0, 0, None)
    # Named again: what somebody replayed meanwhile is no longer dead, and is left alone.
    return Step(len(ids), change(_alike(job).filter(pk__in=ids)), ids[-1])


def _send_events(job: Job, now: datetime) -> Step:
    """Events again; with `failed_only` the dead alone, else also those never sent here."""
    events = list(_events(job).filter(position__gt=job.reached).order_by("position")[:BATCH])
    if not events:
        return Step(0, 0, None)
    known = Delivery.objects.filter(
        destination=job.destination, event_id__in=[event.pk for event in events]
    )
    if job.kind == JobKind.CATCH_UP:
        changed = make_deliveries(events, [job.destination], now=now)
    elif job.about.get("failed_only"):
        changed = send_again(known.filter(status=DeliveryStatus.DEAD), now)
    else:
        changed = send_again(known, now) + make_deliveries(events, [job.destination], now=now)
    return Step(len(events), changed, events[-1].position)


_STEPS: dict[JobKind, Callable[[Job, datetime], Step]] = {
    JobKind.STRETCH: _send_events,
    JobKind.CATCH_UP: _send_events,
    JobKind.REPLAY: _replay,
    JobKind.RESOLVE: _put_away(DeliveryStatus.RESOLVED),
    JobKind.DISCARD: _put_away(DeliveryStatus.DISCARDED),
    JobKind.DISCARD_ONE: _put_away(DeliveryStatus.DISCARDED),
}
