from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One fact: who did what to what, where, when and why.

    Written in the transaction of the fact itself and never changed: PostgreSQL refuses UPDATE,
    DELETE and TRUNCATE by triggers (migration 0002). Ids and labels are plain values, since what
    was true then must stay readable when the register, the person or the shop is gone.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    actor_kind = models.CharField(_("kind of actor"), max_length=16)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(_("who"), max_length=150)
    store_id = models.BigIntegerField(null=True)
    store_number = models.CharField(_("shop"), max_length=16, blank=True)
    terminal_number = models.CharField(_("register"), max_length=16, blank=True)
    action = models.CharField(_("what"), max_length=64)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(_("on what"), max_length=150, blank=True)
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)
    reason = models.CharField(_("why"), max_length=500, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("trail entry")
        verbose_name_plural = _("trail entries")
        indexes = [
            # The trail of one thing, oldest first.
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            # The trail of one shop, newest first.
            models.Index(fields=["store_number", "-id"], name="audit_store"),
            # «Who did …?», newest first.
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-id"], name="audit_action"),
        ]
