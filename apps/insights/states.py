from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AlertKind(models.TextChoices):
    DEAD = "dead-deliveries", _("Events could not be delivered")
    STALE = "flow-stale", _("Events wait longer than they may")
    BREAKER = "breaker-open", _("A destination fails and is left alone")
    FAILING = "failing-for-a-day", _("A destination fails for a day")
    PAUSED = "destination-paused", _("A destination was paused")
    DISABLED = "destination-disabled", _("A destination was disabled")
    REGISTER = "register-notice", _("Something about a register")
    SOURCE_LATE = "source-late", _("A source was not read in time")
    REFUSED = "inward-refused", _("What came in could not be applied")
    MONTHS = "months-not-made", _("Months of a table are missing")


_INWARD = (AlertKind.SOURCE_LATE, AlertKind.REFUSED)
OF_DESTINATIONS = tuple(
    kind for kind in AlertKind if kind not in (AlertKind.REGISTER, AlertKind.MONTHS, *_INWARD)
)
"""Told as events too; what is about a register is told where it is raised."""
