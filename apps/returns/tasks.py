from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.returns import services


@shared_task(name="returns.expire_due")
def expire_due() -> None:
    services.expire_due_returns(now=timezone.now())
