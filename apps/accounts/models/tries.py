from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TriesBy(models.TextChoices):
    ACCOUNT = "account", _("account")  # key: the id of the person
    ADDRESS = "address", _("address")  # key: an IPv4 address or an IPv6 /64


class LoginTries(models.Model):
    """Attempts to log in that have not succeeded, by account and by address, in PostgreSQL.

    Each attempt is counted before it is looked at, so that many at once cannot slip through, and
    taken back when it succeeds.
    """

    by = models.CharField(max_length=8, choices=TriesBy.choices)
    key = models.CharField(max_length=64)
    failures = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("log-in attempts")
        verbose_name_plural = _("log-in attempts")
        constraints = [
            models.UniqueConstraint(fields=["by", "key"], name="login_tries_one"),
            models.CheckConstraint(
                condition=models.Q(by__in=TriesBy.values), name="login_tries_by_known"
            ),
        ]
        indexes = [models.Index(fields=["began_at"], name="login_tries_old")]
