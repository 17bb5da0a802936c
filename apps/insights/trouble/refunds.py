"""Refunds that the processor leaves open: without a clear answer, or waiting for the customer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.insights.trouble.base import COUNTED, Group
from apps.refunds.models import Refund
from apps.refunds.states import OPEN, RefundStatus

_SENT_IN_VAIN = 3
_CAUSES = {
    RefundStatus.UNKNOWN: _("We keep asking the processor; look there by the reference."),
    RefundStatus.REQUIRES_ACTION: _("The processor waits for the customer."),
    RefundStatus.SUBMITTED: _(
        "Tried three times and more: the processor is not set up here, or cannot be reached."
    ),
}


class StuckRefunds:
    def groups(self, now: datetime) -> list[Group]:
        # Named as the partial index `refund_due` has it, so that it carries this.
        still_open = Refund.objects.filter(status__in=OPEN)
        stuck = still_open.exclude(status=RefundStatus.SUBMITTED, attempts__lt=_SENT_IN_VAIN)
        return [
            group
            for status, says in _CAUSES.items()
            if (group := _group(stuck.filter(status=status), status, str(says)))
        ]


def _group(rows: QuerySet[Refund], status: RefundStatus, says: str) -> Group | None:
    found = list(rows.order_by("next_attempt_at")[: COUNTED + 1])
    if not found:
        return None
    oldest = min(found, key=lambda refund: refund.created_at)
    return Group(
        what=_("Refund"),
        where=oldest.gateway,
        cause=str(status.label),
        detail=says,
        count=len(found),
        since=oldest.created_at,
        example=oldest.label or str(oldest.pk),
        example_url=reverse("admin:refunds_refund_change", args=[oldest.pk]),
        rows_url=f"{reverse('admin:refunds_refund_changelist')}?status={status.value}",
    )
