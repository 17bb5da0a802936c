"""Which events of the feed are still needed here."""

from __future__ import annotations

from django.db.models import Min

from apps.integrations.models import Delivery, FeedReader
from apps.integrations.states import DeliveryStatus

_NEEDS_ITS_EVENT = (DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.DEAD)


def needed_from() -> int | None:
    """The first place in the feed that has to be kept, whatever its age; None: none has to.

    A delivery is made of its event each time that it is tried, and a dead one may be tried again
    until somebody puts it away. What no reader has come to yet may still become deliveries.
    """
    # The readers first: what they come to meanwhile is then found among the deliveries, or again here.
    read = FeedReader.objects.aggregate(at=Min("position"))
    waiting = Delivery.objects.filter(status__in=_NEEDS_ITS_EVENT).aggregate(at=Min("position"))
    places = [waiting["at"], None if read["at"] is None else read["at"] + 1]
    return min((place for place in places if place is not None), default=None)
