from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One fact: who did what to what, where, when and why.

    Written in the transaction of the fact itself and never changed: PostgreSQL refuses UPDATE,
    DELETE and TRUNCATE by triggers (migration 0002). Ids and labels are plain values, since what
    was true then must stay readable when the register, the person or the shop is gone. `id` grows
    with time, so it is what pages and months are cut by.
    """

    append_only = True

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("heard"))
    occurred_at = models.DateTimeField(_("happened"), null=True)
    actor_kind = models.CharField(_("kind of actor"), max_length=16)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(_("who"), max_length=150)
    # What it showed for being who it is: a register's credential, a session, a key.
    credential_id = models.CharField(_("credential"), max_length=64, blank=True, db_default="")
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


class UnsealedEntry(models.Model):
    """An entry that waits for its seal; written with it, and gone once it is sealed.

    Neither ids nor times could say what waits: transactions commit in another order than they began.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    noted_at = models.DateTimeField(db_default=Now())


class Seal(models.Model):
    """An entry's place in the chain of its shop. Written once, by the one sealer (docs/adr/0034).

    `digest` is the SHA-256 of the entry in canonical form, its chain and number included; `hash` is
    SHA-256(hash of the seal before ‖ digest). Chain 0 has the entries of no shop. Seals point at
    entries by plain id, and stay when the entries of old months are put away.
    """

    append_only = True

    entry_id = models.BigIntegerField(primary_key=True)
    chain = models.BigIntegerField()
    n = models.BigIntegerField()
    digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            # Also the index that finds where a chain ends, and walks along it.
            models.UniqueConstraint(fields=["chain", "n"], name="audit_seal_place_once"),
            models.CheckConstraint(condition=models.Q(n__gte=1), name="audit_seal_from_one"),
        ]


class Checkpoint(models.Model):
    """Where all chains stood at a moment, signed. The line itself stands in a file outside.

    `hash` is the SHA-256 of the signed line, which holds that of the line before.
    """

    append_only = True

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    chains = models.IntegerField(_("chains"))
    entries = models.BigIntegerField(_("entries"))
    root = models.BinaryField()
    hash = models.BinaryField()
    key_id = models.CharField(_("signed with"), max_length=16)
    restored = models.CharField(_("restored, because"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
