from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.accounts import policy


class Role(models.TextChoices):
    IT_ADMINISTRATOR = policy.ADMINISTRATOR, _("IT administrator")  # runs the system
    STORE_MANAGER = policy.MANAGER, _("Store manager")  # looks up and approves
    AUDITOR = policy.AUDITOR, _("Auditor")  # sees everything, changes nothing
    SUPPORT = policy.SUPPORT, _("Support")  # looks up, of the shops given, changes nothing


class StaffManager(UserManager["User"]):
    """`createsuperuser` makes an IT administrator: nobody stands above the roles."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> User:
        more |= {"is_staff": True, "is_superuser": False, "role": Role.IT_ADMINISTRATOR}
        return self.create_user(username, email, password, **more)


class User(AbstractUser):
    """A member of staff. The role says what, `shops` and `regions` where; groups are not used.

    Shops and regions are ids as plain values, so that the history of a person holds them too.
    """

    role = models.CharField(_("role"), max_length=32, choices=Role.choices, default=Role.AUDITOR)
    shops = ArrayField(models.BigIntegerField(), verbose_name=_("shops"), default=list, blank=True)
    regions = ArrayField(
        models.BigIntegerField(), verbose_name=_("regions"), default=list, blank=True
    )
    # Somebody else chose it, and knows it: the person gets no further than to a password of their own.
    password_is_given = models.BooleanField(default=False, editable=False)
    password_before = models.CharField(max_length=128, blank=True, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    objects: ClassVar[StaffManager] = StaffManager()
    history = HistoricalRecords(
        excluded_fields=[
            "password",
            "password_is_given",
            "password_before",
            "session_epoch",
            "last_login",
        ]
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            # Nobody stands above the roles.
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_no_superuser"),
        ]

    def set_password(self, raw_password: str | None) -> None:
        """The one before is kept (hashed), so that it is not taken up again."""
        self.password_before, self.password_is_given = self.password, False
        super().set_password(raw_password)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends when password, role or `session_epoch` are not what they were."""
        said = f"{self.password}|{self.role}|{self.is_active}|{self.session_epoch}"
        made = salted_hmac("accounts.session", said, secret=secret, algorithm="sha256")
        return made.hexdigest()
