from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.audit.services import checkpoints, sealing


@shared_task(name="audit.seal")
def seal() -> None:
    sealing.seal_entries()


@shared_task(name="audit.checkpoint")
def checkpoint() -> None:
    """Looks every minute, signs every hour."""
    checkpoints.write_due_checkpoint(now=timezone.now())
