from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.audit.services import checkpoints, sealing, taking_along

BATCHES = 5
"""At one go: the feed waits meanwhile. Beat goes on a second later with what is left."""


@shared_task(name="audit.seal")
def seal() -> None:
    sealing.seal_entries(batches=BATCHES)


@shared_task(name="audit.checkpoint")
def checkpoint() -> None:
    """Looks every minute, signs every hour."""
    checkpoints.write_due_checkpoint(now=timezone.now())


@shared_task(name="audit.export")
def export() -> None:
    """Put together what was asked for; beat looks too, for what a worker that died left behind."""
    taking_along.put_together_due(clock=timezone.now)


@shared_task(name="audit.forget_exports")
def forget_exports() -> None:
    taking_along.forget_old(now=timezone.now())
