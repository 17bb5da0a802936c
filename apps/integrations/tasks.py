from __future__ import annotations

from uuid import UUID

from celery import current_app, shared_task
from django.utils import timezone

from apps.common.caller import worker_actor
from apps.integrations import services


@shared_task(name="integrations.end_overlaps")
def end_overlaps() -> None:
    services.end_overlaps(actor=worker_actor("integrations.end_overlaps"), now=timezone.now())


@shared_task(name="integrations.fan_out")
def fan_out_events() -> None:
    services.fan_out(now=timezone.now())


@shared_task(name="integrations.deliver_due")
def deliver_due() -> None:
    """One task for each place that a destination with work has; they find out who gets it."""
    for destination_id, concurrency in services.due_destinations(timezone.now()):
        for _ in range(concurrency):
            current_app.send_task(
                "integrations.deliver",
                kwargs={"destination_id": str(destination_id), "concurrency": concurrency},
                expires=10,
            )


@shared_task(name="integrations.deliver")
def deliver(destination_id: str, concurrency: int) -> None:
    services.deliver_due(UUID(destination_id), concurrency, clock=timezone.now)
