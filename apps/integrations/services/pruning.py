"""Forgetting what nobody will ask for again. Sales, movements, trail and events stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from apps.integrations.models import InboundMessage, SyncRun
from apps.integrations.states import MessageStatus, RunStatus

RUNS_KEPT = timedelta(days=30)
EMPTY_RUNS_KEPT = timedelta(days=1)
MESSAGES_KEPT = timedelta(days=90)
BATCH = 5_000
_OVER = (
    MessageStatus.APPLIED,
    MessageStatus.DUPLICATE,
    MessageStatus.NOTED,
    MessageStatus.RESOLVED,
)


def prune_inward(*, now: datetime) -> int:
    """Remove old runs, soon those that found nothing, and old messages that are over; how many.

    Orders that were never paid are over, too. The message by which an order became a sale stays, as
    proof, and loses its body.
    """
    return _prune_runs(now) + _prune_messages(now)


def _prune_runs(now: datetime) -> int:
    nothing = Q(status=RunStatus.DONE, records_new=0, records_changed=0, records_refused=0)
    old = Q(ended_at__lt=now - RUNS_KEPT) | nothing & Q(ended_at__lt=now - EMPTY_RUNS_KEPT)
    keys = SyncRun.objects.filter(old).order_by("ended_at").values("pk")[:BATCH]
    return SyncRun.objects.filter(pk__in=keys).delete()[0]


def _prune_messages(now: datetime) -> int:
    over = Q(status__in=_OVER) | Q(status=MessageStatus.HELD, cause="not-paid")
    old = InboundMessage.objects.filter(over, last_at__lt=now - MESSAGES_KEPT)
    made = old.filter(status=MessageStatus.APPLIED).exclude(body={})
    emptied = InboundMessage.objects.filter(pk__in=made.values("pk")[:BATCH]).update(body={})
    rest = old.exclude(status=MessageStatus.APPLIED).values("pk")[:BATCH]
    return emptied + InboundMessage.objects.filter(pk__in=rest).delete()[0]
