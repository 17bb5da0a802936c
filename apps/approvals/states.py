from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """How somebody proved who they are."""

    PIN = "pin", _("PIN at the register")
    BADGE = "badge", _("Badge at the register")
    REMOTE = "remote", _("In the admin")
