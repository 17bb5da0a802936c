from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.terminals.models.registers import Terminal
from apps.terminals.states import NoticeKind


class Notice(models.Model):
    """Something about a register that a person should know; raised once, and told as an event."""

    id = models.BigAutoField(primary_key=True)
    terminal = models.ForeignKey(Terminal, models.CASCADE, verbose_name=_("register"))
    kind = models.CharField(_("what"), max_length=32, choices=NoticeKind.choices)
    subject = models.CharField(max_length=80)  # what it is about, so that it is raised once
    detail = models.CharField(_("detail"), max_length=200)
    raised_at = models.DateTimeField(_("raised"))
    cleared_at = models.DateTimeField(_("settled"), null=True)
    cleared_by = models.CharField(_("settled by"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["terminal", "kind", "subject"], name="notice_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_known"
            ),
        ]
        indexes = [
            # What is open: the home page and the fleet.
            models.Index(
                fields=["terminal", "kind"],
                condition=models.Q(cleared_at=None),
                name="notice_open",
            ),
        ]

    def __str__(self) -> str:
        return str(NoticeKind(self.kind).label)
