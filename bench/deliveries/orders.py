"""Events of the bench and their one destination, by the project's own services."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.common.caller import Actor
from apps.events import services as events
from apps.events.commands import News, Place
from apps.events.models import Event
from apps.integrations import services
from apps.integrations.models import Delivery, Destination
from apps.integrations.states import DestinationStatus

_ACTOR = Actor(kind="command", id="bench", label="bench")
_AT_ONCE = 500
# About as much as a completed return says.
_DATA = {
    "number": "R-BENCH-000001",
    "receipt_number": "BENCH-000001",
    "scope": "full",
    "currency": "EUR",
    "refund_total": 3000,
    "lines": [
        {"sale_line": n, "sku": f"BENCH-{n:04d}", "quantity": "1", "amount": 1500} for n in (1, 2)
    ],
}


def begin(url: str) -> int:
    """One destination for the events of the bench, which waits."""
    now = timezone.now()
    made, _ = services.add_destination(name="Bench", url=url, actor=_ACTOR, now=now)
    Destination.objects.filter(pk=made.pk).update(
        status=DestinationStatus.PAUSED, event_types=["bench.*"], concurrency=16
    )
    events.place_events()
    return services.fan_out(now=now)


def fill(count: int) -> int:
    """So many events with their deliveries, all waiting."""
    for first in range(0, count, _AT_ONCE):
        _tell([f"{n}" for n in range(first, min(count, first + _AT_ONCE))])
    events.place_events()
    services.fan_out(now=timezone.now())
    return Delivery.objects.count()


def start() -> float:
    """Let them go; when, in seconds since 1970."""
    destination = Destination.objects.get()
    services.set_status(destination, DestinationStatus.ACTIVE, actor=_ACTOR, now=timezone.now())
    return time.time()


def waiting() -> int:
    return Delivery.objects.filter(status__in=["pending", "sending"]).count()


def probe(subject: str) -> tuple[str, float]:
    """One event: its id, and when its transaction had been committed."""
    _tell([subject])
    at = time.time()
    return str(Event.objects.get(type="bench.done", subject_id=subject).pk), at


@transaction.atomic
def _tell(names: list[str]) -> None:
    now = timezone.now()
    news = [News("bench.done", "bench", name, _DATA) for name in names]
    events.tell(news, place=Place(None, "", "", now), now=now)


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order for order in (begin, fill, start, waiting, probe)
}
