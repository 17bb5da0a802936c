"""Which events of the feed are still needed here."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Min

from apps.audit.models import ArchivedMonth
from apps.events.models import Event
from apps.integrations.models import Delivery, FeedReader
from apps.integrations.states import DeliveryStatus

_NEEDS_ITS_EVENT = (DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.DEAD)


def needed_from() -> int | None:
    """The first place in the feed that has to be kept, whatever its age; None: none has to.

    A delivery is made of its event each time that it is tried, and a dead one may be tried again
    until somebody puts it away. What no reader has come to yet may still become deliveries. And where
    old months are archived, events stay until their month is.
    """
    # The readers first: what they come to meanwhile is then found among the deliveries, or again here.
    read = FeedReader.objects.aggregate(at=Min("position"))
    waiting = Delivery.objects.filter(status__in=_NEEDS_ITS_EVENT).aggregate(at=Min("position"))
    places = [waiting["at"], None if read["at"] is None else read["at"] + 1, _not_archived_from()]
    return min((place for place in places if place is not None), default=None)


def _not_archived_from() -> int | None:
    """The first place of a month that stands in no file yet; None where none are written."""
    if not settings.ARCHIVE_FOLDER:
        return None
    events = Event.objects.all()
    last = ArchivedMonth.objects.filter(kind="events").order_by("-month").first()
    if last is not None:
        years, month = divmod(last.month.year * 12 + last.month.month, 12)
        over = datetime(years, month + 1, 1, tzinfo=UTC)
        events = events.filter(pk__gte=UUID(int=int(over.timestamp() * 1000) << 80))
    found: int | None = events.aggregate(at=Min("position"))["at"]
    return found
