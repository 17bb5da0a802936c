from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.integrations.models.destinations import Destination
from apps.integrations.states import JobKind


class Job(models.Model):
    """Work on many deliveries that a worker does in batches; how far it is.

    A worker that takes it up holds it until `due_at`; one that died leaves it to the next, who goes
    on behind `reached`. What needs a second person has no `due_at` until that person has said yes.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("what"), max_length=16, choices=JobKind.choices)
    destination = models.ForeignKey(Destination, models.CASCADE, verbose_name=_("destination"))
    about: Any = models.JSONField(_("of these"), default=dict)
    note = models.CharField(_("reason"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.CharField(_("asked for by"), max_length=160)
    asked_by_id = models.CharField(max_length=64)
    needs_second = models.BooleanField(_("needs a second person"), default=False)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=160, blank=True)
    answered_by_id = models.CharField(max_length=64, blank=True)
    declined = models.BooleanField(_("declined"), default=False)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    total = models.PositiveIntegerField(_("to look at"), null=True)  # counted by the worker
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    changed = models.PositiveIntegerField(_("done"), default=0)
    reached = models.BigIntegerField(default=0)  # the last delivery or place in the feed

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_known"),
            # Nobody says yes to oneself.
            models.CheckConstraint(
                condition=Q(answered_by_id="") | ~Q(answered_by_id=F("asked_by_id")),
                name="job_second_is_another",
            ),
            # What needs a second person is not begun without.
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | Q(due_at__isnull=True)
                | (~Q(answered_by_id="") & Q(declined=False)),
                name="job_second_before_it_begins",
            ),
            # What is put away has a reason.
            models.CheckConstraint(
                condition=~Q(kind__in=["resolve", "discard", "discard_one"]) | ~Q(note=""),
                name="job_put_away_with_reason",
            ),
        ]
        indexes = [
            # What a worker may take up.
            models.Index(
                fields=["due_at"],
                condition=Q(finished_at__isnull=True, due_at__isnull=False),
                name="job_due",
            ),
            # What waits for a second person.
            models.Index(
                fields=["asked_at"],
                condition=Q(finished_at__isnull=True, due_at__isnull=True),
                name="job_waiting_for_second",
            ),
            # A destination's own, the newest first.
            models.Index(fields=["destination", "-id"], name="job_of_destination"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"

    @property
    def waits_for_second(self) -> bool:
        return self.finished_at is None and self.needs_second and not self.answered_by_id
