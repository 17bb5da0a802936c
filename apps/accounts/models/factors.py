from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.people import User
from apps.common.encrypted import EncryptedTextField


class SecondFactor(models.Model):
    """The authenticator app of a person (RFC 6238: 20 bytes, SHA-1, six digits, 30 s).

    It counts once `confirmed_at` is set: the person has shown a code of it.
    """

    person = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="second_factor"
    )
    secret: EncryptedTextField[str, str] = EncryptedTextField()  # base32
    last_step = models.BigIntegerField(default=0)  # of the newest code taken: none counts twice
    made_at = models.DateTimeField(_("made"))
    confirmed_at = models.DateTimeField(_("since"), null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")


class RecoveryCode(models.Model):
    """A code for the day the telephone is gone: good once, stored as its SHA-256 (120 bits)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(fields=["person", "digest"], name="recovery_code_once")
        ]
