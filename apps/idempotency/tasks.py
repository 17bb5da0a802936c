from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.idempotency.models import IdempotentRequest

RETENTION = timedelta(days=30)
BATCH = 5_000


@shared_task(name="idempotency.prune")
def prune() -> None:
    """Forget answers older than 30 days, in batches; natural keys still protect after that."""
    old = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - RETENTION)
    while True:
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        IdempotentRequest.objects.filter(pk__in=ids).delete()
