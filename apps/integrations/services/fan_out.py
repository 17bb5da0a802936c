"""A reader of the feed makes deliveries: each event for each destination that wants it, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.events.models import Event, FeedHead
from apps.integrations import store
from apps.integrations.models import Destination, FeedReader
from apps.integrations.policy.wanted import Filter, Heard, wants
from apps.integrations.services.destinations import READER
from apps.integrations.states import DestinationStatus
from apps.stores.models import Store

BATCH = 500


def fan_out(*, now: datetime) -> int:
    """Read on from where the reader stands, to the end; how many deliveries were made.

    One at a time: whoever finds the reader taken leaves, since the holder reads to the end.
    """
    _begin()
    made = 0
    while True:
        with transaction.atomic():
            position = store.lock_reader(READER)
            if position is None:
                return made
            events = list(Event.objects.filter(position__gt=position).order_by("position")[:BATCH])
            if not events:
                return made
            made += make_deliveries(events, _listeners(), now=now)
            FeedReader.objects.filter(name=READER).update(position=events[-1].position)


def make_deliveries(
    events: Sequence[Event], destinations: Sequence[Destination], *, now: datetime
) -> int:
    """Deliveries of these events for those that want them; what stands already is left alone."""
    regions = dict(Store.objects.values_list("number", "region_id")) if destinations else {}
    heard = [
        Heard(event.type, event.store_number, regions.get(event.store_number), event.data)
        for event in events
    ]
    made = 0
    for destination in destinations:
        wanted = filter_of(destination)
        ids = [e.pk for e, about in zip(events, heard, strict=True) if wants(wanted, about)]
        if ids:
            made += store.insert_deliveries(destination.pk, ids, now=now)
    return made


def filter_of(destination: Destination) -> Filter:
    return Filter(
        types=tuple(destination.event_types),
        stores=frozenset(destination.stores),
        regions=frozenset(destination.regions),
        return_scope=destination.return_scope,
        least_amount=destination.least_amount_minor,
    )


def _begin() -> None:
    """An installation that has no reader yet begins at the end of the feed."""
    if not FeedReader.objects.filter(name=READER).exists():
        head = FeedHead.objects.get(pk=1)
        FeedReader.objects.get_or_create(name=READER, defaults={"position": head.last_position})


def _listeners() -> list[Destination]:
    """All but the disabled: what happens is kept for one that is paused."""
    return list(Destination.objects.exclude(status=DestinationStatus.DISABLED).order_by("pk"))
