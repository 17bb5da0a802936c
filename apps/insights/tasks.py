from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.insights.models import Heartbeat
from apps.insights.services.alerting import watch
from apps.insights.services.checking import run_and_keep
from apps.insights.services.mailing import mail_alerts
from apps.insights.services.reencryption import carry_on


@shared_task(name="insights.verify")
def verify() -> None:
    run_and_keep(now=timezone.now())


@shared_task(name="insights.reencrypt")
def reencrypt() -> None:
    """Carry on with the re-encryption that somebody asked for, if any."""
    carry_on(clock=timezone.now)


@shared_task(name="insights.heartbeat")
def heartbeat() -> None:
    """Beat and a worker are both alive when this row is fresh."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})


@shared_task(name="insights.watch")
def watch_for_trouble() -> None:
    """Raise and close alerts, then mail what is new."""
    watch(now=timezone.now())
    mail_alerts(clock=timezone.now)
