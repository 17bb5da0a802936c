from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.common.caller import worker_actor
from apps.integrations import services


@shared_task(name="integrations.end_overlaps")
def end_overlaps() -> None:
    services.end_overlaps(actor=worker_actor("integrations.end_overlaps"), now=timezone.now())
