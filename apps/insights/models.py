from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.insights.states import AlertKind


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


class Reencryption(models.Model):
    """One pass over all stored secrets, to put them under the newest key; how far it is.

    A worker that takes it up holds it until `due_at`; one that died leaves it to the next.
    """

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(_("key"), max_length=8)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.CharField(_("asked for by"), max_length=150)
    due_at = models.DateTimeField(_("due"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    total = models.PositiveIntegerField(_("values"), default=0)
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    reencrypted = models.PositiveIntegerField(_("re-encrypted"), default=0)
    unreadable = models.PositiveIntegerField(_("unreadable"), default=0)

    class Meta:
        verbose_name = _("re-encryption")
        verbose_name_plural = _("re-encryptions")
        constraints = [
            # One at a time: nobody has to read two bars.
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=models.Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="reencryption_one_open",
            ),
        ]


class Alert(models.Model):
    """Something that needs a person: raised once, and closed by itself when its cause is gone.

    What it says is made of `kind` and `facts` when it is read, in the reader's language.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("what"), max_length=24, choices=AlertKind.choices)
    subject = models.CharField(max_length=160)  # what it is about, so that it is raised once
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=1200)  # the page that mends it, as a path
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("over"), null=True)
    told_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            # Once as long as it lasts, however many look; the open ones are read by it too.
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(closed_at__isnull=True),
                name="alert_once_while_open",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=AlertKind.values), name="alert_kind_known"
            ),
        ]
        indexes = [
            # When the same was said last, for what comes and goes.
            models.Index(fields=["kind", "subject", "-opened_at"], name="alert_before"),
        ]

    def __str__(self) -> str:
        return str(AlertKind(self.kind).label)
