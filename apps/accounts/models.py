from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.accounts import policy


class Role(models.TextChoices):
    IT_ADMINISTRATOR = policy.ADMINISTRATOR, _("IT administrator")  # runs the system
    STORE_MANAGER = policy.MANAGER, _("Store manager")  # looks up and approves
    AUDITOR = policy.AUDITOR, _("Auditor")  # sees everything, changes nothing


class StaffManager(UserManager["User"]):
    """`createsuperuser` makes an IT administrator: nobody stands above the roles."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> User:
        more |= {"is_staff": True, "is_superuser": False, "role": Role.IT_ADMINISTRATOR}
        return self.create_user(username, email, password, **more)


class User(AbstractUser):
    """A member of staff. The role says all; groups and single permissions are not used."""

    role = models.CharField(_("role"), max_length=32, choices=Role.choices, default=Role.AUDITOR)
    objects: ClassVar[StaffManager] = StaffManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
