"""The figures of the whole house, for the end of a run."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum

from apps.common.money import format_minor
from apps.events.models import Event
from apps.refunds.models import Refund
from apps.refunds.states import OPEN, RefundStatus
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale


def summary() -> dict[str, Any]:
    """Sales, returns by decision, refunds by tender and currency, events recorded and placed."""
    returns = (
        CustomerReturn.objects.values_list("decision").annotate(n=Count("pk")).order_by("decision")
    )
    paid = (
        Refund.objects.filter(status=RefundStatus.SUCCEEDED)
        .values_list("kind", "currency")
        .annotate(n=Count("pk"), total=Sum("amount_minor"))
        .order_by("kind", "currency")
    )
    events = Event.objects.aggregate(recorded=Count("pk"), placed=Count("position"))
    return {
        "sales": Sale.objects.count(),
        "returns": dict(returns),
        "refunds": {
            f"{kind} {currency}": {"count": n, "amount": format_minor(total, currency)}
            for kind, currency, n, total in paid
        },
        "events": {"recorded": events["recorded"], "in the feed": events["placed"]},
    }


def waiting() -> dict[str, int]:
    """What the workers still have to do."""
    return {
        "refunds": Refund.objects.filter(Q(status__in=OPEN)).count(),
        "events": Event.objects.filter(position=None).count(),
    }
