"""Having the processor asked about a refund sooner than its schedule would."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.audit.commands import Fact
from apps.common.caller import Actor
from apps.common.errors import StaleState
from apps.common.wakeup import wake_on_commit
from apps.refunds.models import Refund, RefundEvent
from apps.refunds.states import OPEN


def may_be_asked(refund: Refund) -> bool:
    """It was sent, or may have been, and there is no clear answer."""
    return refund.status in OPEN and refund.attempts > 0


@transaction.atomic
def ask_now(refund: Refund, *, actor: Actor, now: datetime) -> None:
    """The worker takes it next, and asks what became of it before it sends anything.

    StaleState for one that is settled, was not tried yet, or is being asked about at this moment.
    """
    held = Refund.objects.select_for_update().get(pk=refund.pk)
    if not may_be_asked(held):
        raise StaleState("This refund does not wait for an answer any more.")
    if _is_asked_about(held, now):
        raise StaleState("A worker is asking about it at this moment.")
    held.next_attempt_at = now
    held.save(update_fields=["next_attempt_at"])
    data = {"status": held.status, "attempts": held.attempts, "gateway": held.gateway}
    fact = Fact("refund.asked", "refund", str(held.pk), subject_label=held.label, data=data)
    audit.record([fact], actor=actor, now=now)
    wake_on_commit("refunds.execute_due")


def _is_asked_about(refund: Refund, now: datetime) -> bool:
    """A request without an answer yet, whose lease has not ended: it is not taken from its worker."""
    last = RefundEvent.objects.filter(refund=refund).order_by("-id").first()
    if last is None or last.kind != RefundEvent.Kind.REQUEST:
        return False
    return last.at > now - timedelta(seconds=settings.REFUND_LEASE_S)
