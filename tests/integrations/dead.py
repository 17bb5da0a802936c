"""Dead deliveries, as many as a test needs, by SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.events.commands import News, Place
from apps.events.models import Event
from apps.events.services import place_events, tell
from apps.integrations.models import Delivery, Destination

_DEAD = """
INSERT INTO integrations_delivery (destination_id, event_id, event_type, position, subject, sequence,
       label, status, attempts, tries, next_attempt_at, first_failed_at, cause, detail, created_at,
       settled_at, settled_by, note)
SELECT %(destination)s, uuidv7(), 'return.completed', n, 'return:' || gen_random_uuid(), 1,
       'R-' || n, 'dead', 10, 10, %(at)s, %(at)s, %(cause)s, 'no', %(at)s, %(at)s, '', ''
  FROM generate_series(1, %(many)s) n
"""


def make_dead(
    destination: Destination,
    many: int,
    *,
    cause: str = "status 500",
    settled_at: datetime | None = None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _DEAD,
            {
                "destination": destination.pk,
                "many": many,
                "cause": cause,
                "at": settled_at or timezone.now(),
            },
        )


def make_dead_events(destination: Destination, *amounts: int | None) -> list[Delivery]:
    """Dead deliveries of events that are there, each about such an amount."""
    now = timezone.now()
    for amount in amounts:
        data = {"number": "R-1"} if amount is None else {"number": "R-1", "refund_total": amount}
        news = [News("return.completed", "return", str(uuid4()), data)]
        tell(news, place=Place(None, "", "", now), now=now)
    place_events()
    return [
        Delivery.objects.create(
            destination=destination,
            event_id=event.pk,
            event_type=event.type,
            position=event.position or 0,
            subject=f"return:{event.subject_id}",
            sequence=1,
            label="R-1",
            status="dead",
            attempts=1,
            tries=1,
            next_attempt_at=now,
            cause="status 500",
            created_at=now,
            settled_at=now,
        )
        for event in Event.objects.order_by("-position")[: len(amounts)]
    ]
