"""Deliveries that used up their attempts, or that no repetition heals."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.insights.trouble.base import Button, Group
from apps.integrations.pages import CAUSE_ACTS, DISCARD, cause_url, rows_url
from apps.integrations.selectors import Cause, dead_causes

_MAY = "integrations.change_destination"


class DeadDeliveries:
    def groups(self, now: datetime) -> list[Group]:
        return [_group(cause) for cause in dead_causes()]


def _group(found: Cause) -> Group:
    key, cause = found.destination_id, found.cause
    buttons = [
        Button(label, cause_url(key, cause, name), _MAY, danger=name == DISCARD)
        for name, label in CAUSE_ACTS.items()
    ]
    return Group(
        what=_("Delivery"),
        where=found.destination,
        cause=cause,
        detail=found.detail,
        count=found.count,
        since=found.since,
        example=f"{found.example_type} {found.example}".strip(),
        example_url=reverse("admin:integrations_delivery_change", args=[found.example_id]),
        rows_url=rows_url(key, cause),
        buttons=buttons,
    )
