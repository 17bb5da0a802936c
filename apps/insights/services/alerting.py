"""Alerts follow their causes: raised when one is there, closed when it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.events import services as events
from apps.events.commands import News, Place
from apps.insights import store
from apps.insights.causes import find_causes
from apps.insights.models import Alert
from apps.insights.states import OF_DESTINATIONS

ATTENTION_EVENT = "destination.attention"


@transaction.atomic
def watch(*, now: datetime) -> tuple[int, int]:
    """(raised, closed). Does nothing while another worker looks: it might know less than we do.

    What is raised about a destination is told as an event in the same transaction.
    """
    if not store.lock_watching():
        return 0, 0
    found = find_causes(now)
    raised = store.open_alerts(found, now=now)
    closed = store.close_alerts_beyond(found, now=now)
    _tell(Alert.objects.filter(pk__in=raised, kind__in=OF_DESTINATIONS).order_by("pk"), now)
    return len(raised), closed


def _tell(alerts: Iterable[Alert], now: datetime) -> None:
    """The lock of the watch keeps the order of what is told about one destination."""
    news = [
        News(
            ATTENTION_EVENT,
            "destination",
            alert.subject.partition(":")[0],
            {"kind": alert.kind, **alert.facts},
        )
        for alert in alerts
    ]
    if news:
        events.tell(news, place=Place(None, "", "", now), now=now)
