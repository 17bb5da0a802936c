"""What is cut by month, and for how long each is kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.retention.commands import after


@dataclass(frozen=True, slots=True)
class Kind:
    """`table` is cut by `key`. `setting` names the months that are kept beside the present one.

    Events have none: their file is written when a month is over, and they leave the feed by days.
    """

    name: str
    label: Any
    table: str
    key: str
    setting: str

    @property
    def months(self) -> int:
        """How many whole months are kept; 0 keeps them for ever."""
        return int(getattr(settings, self.setting)) if self.setting else 0

    def is_due(self, month: date, today: date) -> bool:
        """Whether a month has been kept for long enough."""
        if not self.setting:  # a day for what was still on its way at midnight
            return after(month) < today
        if not self.months:
            return False
        return after(month, self.months + 1) <= today.replace(day=1)


EVENTS = "events"
TRAIL = "trail"
DELIVERIES = "deliveries"
# In the order in which they are put away: what was tried before what was to be delivered.
KINDS = (
    Kind(TRAIL, _("Trail"), "audit_auditentry", "id", "KEEP_TRAIL_MONTHS"),
    Kind(EVENTS, _("Events"), "events_event", "id", ""),
    Kind("attempts", _("Attempts"), "integrations_attempt", "call_id", "KEEP_CALLS_MONTHS"),
    Kind("calls", _("Calls"), "integrations_call", "id", "KEEP_CALLS_MONTHS"),
    Kind(
        DELIVERIES, _("Deliveries"), "integrations_delivery", "event_id", "KEEP_DELIVERIES_MONTHS"
    ),
)
BY_TABLE = {kind.table: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
