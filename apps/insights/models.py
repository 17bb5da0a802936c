from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a part of the system was last seen alive; one row each."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")


class VerifyRun(models.Model):
    """One check of the invariants, with the count of violations of each."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    seconds = models.DecimalField(_("seconds"), max_digits=8, decimal_places=3)
    violations = models.PositiveIntegerField(_("violations"))
    results = models.JSONField(_("results"))

    class Meta:
        verbose_name = _("check of the invariants")
        verbose_name_plural = _("checks of the invariants")
        indexes = [models.Index(fields=["-at"], name="verify_run_recent")]
