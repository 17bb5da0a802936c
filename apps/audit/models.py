from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7


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
            # What a search looks up, newest first (`selectors`): a number that people quote, a name,
            models.Index(
                fields=["subject_label", "-id"], condition=~Q(subject_label=""), name="audit_label"
            ),
            models.Index(fields=["actor_label", "-id"], name="audit_who"),
            # a request, a register, a reference at the processor, a cashier;
            models.Index(
                fields=["request_id", "-id"], condition=~Q(request_id=""), name="audit_request"
            ),
            models.Index(
                fields=["store_number", "terminal_number", "-id"],
                condition=~Q(terminal_number=""), name="audit_register",
            ),
            models.Index(
                KT("data__provider_ref"), F("id").desc(),
                condition=Q(data__has_key="provider_ref"), name="audit_provider_ref",
            ),
            models.Index(
                KT("data__operator"), F("id").desc(),
                condition=Q(data__has_key="operator"), name="audit_operator",
            ),
            # and what filters narrow it to. Other kinds are so many that a page of them is soon full.
            models.Index(fields=["outcome", "-id"], condition=~Q(outcome=""), name="audit_outcome"),
            models.Index(
                fields=["actor_kind", "-id"],
                condition=~Q(actor_kind="terminal"), name="audit_kind",
            ),
            # Where a stretch of time begins and ends.
            models.Index(fields=["at", "id"], name="audit_at"),
        ]  # fmt: skip


class TrailExport(models.Model):
    """A selection of entries that somebody takes along, put together by a worker; how far it is.

    `wanted` holds the filters, what was searched for and the subjects that stood for, so that the
    worker finds what the page showed. A worker holds it until `due_at`; one that died leaves it to
    the next, who begins anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wanted: Any = models.JSONField(_("selection"), default=dict)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.CharField(_("asked for by"), max_length=160)
    asked_by_id = models.CharField(max_length=64)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    links = models.PositiveBigIntegerField(
        _("links of chains"), null=True
    )  # known after the search
    written = models.PositiveBigIntegerField(_("written"), default=0)
    entries = models.PositiveBigIntegerField(_("entries"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("export of the trail")
        verbose_name_plural = _("exports of the trail")
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="audit_export_recent"),
            # What a worker takes up.
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="audit_export_due"
            ),
        ]


class TrailExportPart(models.Model):
    """A megabyte or so of the file of an export: any worker may write it, any web process give it."""

    export = models.ForeignKey(TrailExport, models.CASCADE, db_index=False)
    n = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "n"], name="audit_export_part_once"),
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


class ArchivedMonth(models.Model):
    """A month of a table that stands in a file of the archive, under `sha256`.

    Written in the transaction that drops the month; for events when the file is complete, since they
    leave the feed by days. `until_id`: all entries of the trail below it are put away.
    """

    append_only = True

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("what"), max_length=16)
    month = models.DateField(_("month"))
    at = models.DateTimeField(_("when"))
    rows = models.BigIntegerField(_("rows"))
    file = models.CharField(_("file"), max_length=100)
    bytes = models.BigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    until_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("archived month")
        verbose_name_plural = _("archived months")
        constraints = [
            # A month is put away once.
            models.UniqueConstraint(fields=["kind", "month"], name="archived_month_once"),
        ]
