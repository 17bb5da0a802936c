from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.terminals import services


@shared_task(name="terminals.prune_tokens")
def prune_tokens() -> None:
    services.prune_tokens(now=timezone.now())


@shared_task(name="terminals.tend")
def tend() -> None:
    services.tend(now=timezone.now())
