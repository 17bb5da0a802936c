from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.common.caller import worker_actor
from apps.retention.services import archiving, making


@shared_task(name="retention.make_months")
def make_months() -> None:
    """Three months ahead."""
    making.make_months(now=timezone.now())


@shared_task(name="retention.archive", soft_time_limit=3500, time_limit=3600)
def archive() -> None:
    """What has been kept for long enough, as far as it can go."""
    now = timezone.now()
    archiving.archive_due(actor=worker_actor("retention.archive"), now=now)
    archiving.drop_forgotten(now=now)
