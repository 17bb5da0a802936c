from __future__ import annotations

from celery import shared_task

from apps.events import services


@shared_task(name="events.place_events")
def place_events() -> None:
    services.place_events()
