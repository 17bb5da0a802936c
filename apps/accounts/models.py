from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.accounts import policy


class Role(models.TextChoices):
    IT_ADMINISTRATOR = policy.ADMINISTRATOR, _("IT administrator")  # runs the system
    STORE_MANAGER = policy.MANAGER, _("Store manager")  # looks up and approves
    AUDITOR = policy.AUDITOR, _("Auditor")  # sees everything, changes nothing


class User(AbstractUser):
    """A member of staff. The role says all; groups and single permissions are not used."""

    role = models.CharField(_("role"), max_length=32, choices=Role.choices, default=Role.AUDITOR)
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
