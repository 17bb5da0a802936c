from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.refunds import services


@shared_task(name="refunds.execute_due")
def execute_due() -> None:
    services.execute_due_refunds(clock=timezone.now)
