from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CashMode(models.TextChoices):
    """How cash is rounded to the smallest coin; `apps.common.money.CASH_MODES` has the arithmetic."""

    HALF_UP = "half_up", _("To the nearest, halves up")
    HALF_DOWN = "half_down", _("To the nearest, halves down")
    DOWN = "down", _("Down")
    UP = "up", _("Up")
