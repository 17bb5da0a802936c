"""What the desk is told to do, done by the project's own services; needs Django to be set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.common.caller import Actor
from apps.events.services import place_events
from apps.integrations import services
from apps.integrations.models import Destination, DestinationHealth, FeedReader
from apps.integrations.states import DestinationStatus
from soak import world
from soak.deliveries.plan import SCHEDULE, TIMEOUT_S

_ACTOR = Actor(kind="command", id="soak", label="soak")


def begin() -> dict[str, Any]:
    """From here on the feed is read for deliveries."""
    place_events()
    services.fan_out(now=timezone.now())
    return {"position": FeedReader.objects.get().position}


def add_destination(title: str, url: str, settings: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    made, secret = services.add_destination(name=title, url=url, actor=_ACTOR, now=now)
    strained = {"schedule": SCHEDULE, "timeout_seconds": TIMEOUT_S, "concurrency": 4}
    changes = {**strained, "status": DestinationStatus.ACTIVE, **settings}
    Destination.objects.filter(pk=made.pk).update(**changes)
    return {"id": str(made.pk), "secret": secret}


def rotate_secret(destination_id: str, overlap_s: float) -> dict[str, Any]:
    secret = services.rotate_webhook_secret(
        Destination.objects.get(pk=destination_id),
        overlap=timedelta(seconds=overlap_s),
        end_older=True,
        actor=_ACTOR,
        now=timezone.now(),
    )
    return {"secret": secret}


def close_breakers() -> dict[str, Any]:
    opened = DestinationHealth.objects.filter(open_until__isnull=False)
    found = list(Destination.objects.filter(pk__in=opened.values("pk")))
    for destination in found:
        services.close_breaker(destination, actor=_ACTOR, now=timezone.now())
    return {"closed": len(found)}


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    **world.ORDERS,
    **{order.__name__: order for order in (begin, add_destination, rotate_secret, close_breakers)},
}
