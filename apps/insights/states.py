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


OF_DESTINATIONS = tuple(kind for kind in AlertKind if kind != AlertKind.REGISTER)
"""Told as events too; what is about a register is told where it is raised."""
