from __future__ import annotations

from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.encrypted import EncryptedTextField
from apps.common.ids import uuid7
from apps.integrations.models.destinations import validate_address
from apps.integrations.states import (
    AccessKind,
    FlowKind,
    FlowPaging,
    FlowStatus,
    FlowTiming,
    RecordStatus,
    RunStatus,
)
from apps.stores.models import validate_timezone


def _between(least: int, most: int) -> list[Any]:
    return [MinValueValidator(least), MaxValueValidator(most)]


def validate_template(template: Any) -> None:
    if not isinstance(template, dict):
        raise ValidationError(_("A mapping is an object: our word, and where it stands there."))


class SyncFlow(models.Model):
    """A source of master data or stock that is read page by page, and where it was left."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("What people here call that source.")
    )
    kind = models.CharField(_("what"), max_length=16, choices=FlowKind.choices)
    url = models.CharField(
        _("address"), max_length=500, validators=[validate_address],
        help_text=_(
            "What is asked with GET, such as https://erp.example/api/items. Public addresses, and those "
            "inside that operators allow; redirects are not followed."
        ),
    )  # fmt: skip
    status = models.CharField(
        _("status"), max_length=16, choices=FlowStatus.choices, default=FlowStatus.ACTIVE
    )
    access = models.CharField(
        _("access"), max_length=16, choices=AccessKind.choices, default=AccessKind.NONE
    )
    credentials = EncryptedTextField(_("credentials"), null=True)  # JSON, by kind of access
    # When it is read.
    timing = models.CharField(
        _("read"), max_length=8, choices=FlowTiming.choices, default=FlowTiming.EVERY
    )
    every_seconds = models.PositiveIntegerField(
        _("every"), default=300, validators=_between(5, 86_400), help_text=_("Seconds.")
    )
    daily_at = models.TimeField(_("daily at"), default=time(4, 0))
    daily_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Berlin", validators=[validate_timezone]
    )
    max_age_seconds = models.PositiveIntegerField(
        _("late after"), default=3_600, validators=_between(10, 7 * 86_400),
        help_text=_("Seconds without a complete reading after which this flow shows red."),
    )  # fmt: skip
    # How it is asked.
    paging = models.CharField(
        _("goes on"), max_length=8, choices=FlowPaging.choices, default=FlowPaging.CURSOR,
        help_text=_("By the source's own cursor wherever it has one: a time can miss late changes."),
    )  # fmt: skip
    page_size = models.PositiveIntegerField(
        _("records in a page"), default=500, validators=_between(1, 2_000)
    )
    size_name = models.CharField(
        _("parameter for the size"), max_length=40, default="limit", blank=True
    )
    cursor_name = models.CharField(_("parameter for the cursor"), max_length=40, default="cursor")
    since_name = models.CharField(
        _("parameter for the time"), max_length=40, default="updated_since"
    )
    overlap_seconds = models.PositiveIntegerField(
        _("overlap"), default=120, validators=_between(0, 86_400),
        help_text=_("Seconds that are asked for again, by time: what was committed late is met then."),
    )  # fmt: skip
    # Where things stand in an answer.
    records_path = models.CharField(
        _("records stand at"), max_length=200, default="items", blank=True,
        help_text=_("JMESPath. Empty: the answer itself is the list."),
    )  # fmt: skip
    next_path = models.CharField(
        _("the next page stands at"), max_length=200, default="next", blank=True,
        help_text=_("JMESPath: a cursor, a page number, or an address on the same host."),
    )  # fmt: skip
    changed_path = models.CharField(
        _("the time of change stands at"), max_length=200, default="updated_at", blank=True,
        help_text=_("JMESPath within a record; needed when it goes on by time."),
    )  # fmt: skip
    template = models.JSONField(
        _("mapping"), default=dict, blank=True, validators=[validate_template],
        help_text=_("Our word: an expression over the record, such as “=item.number”. Empty: as it is."),
    )  # fmt: skip
    behind_seconds = models.PositiveIntegerField(
        _("runs behind by"), default=0, validators=_between(0, 7 * 86_400),
        help_text=_("Stock: seconds until the source knows of what moves here."),
    )  # fmt: skip
    created_at = models.DateTimeField(_("added"))
    history = HistoricalRecords(excluded_fields=["credentials"])

    class Meta:
        verbose_name = _("sync flow")
        verbose_name_plural = _("sync flows")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FlowKind.values), name="sync_flow_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=FlowStatus.values), name="sync_flow_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    """One reading of a source, from where the one before it stopped."""

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(SyncFlow, models.CASCADE, related_name="runs", verbose_name=_("flow"))
    status = models.CharField(
        _("status"), max_length=8, choices=RunStatus.choices, default=RunStatus.RUNNING
    )
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    records_new = models.PositiveIntegerField(_("new"), default=0)
    records_changed = models.PositiveIntegerField(_("changed"), default=0)
    records_same = models.PositiveIntegerField(_("as they were"), default=0)
    records_refused = models.PositiveIntegerField(_("refused"), default=0)
    cursor_before = models.TextField(_("cursor before"), blank=True)
    cursor_now = models.TextField(_("cursor after"), blank=True)
    cause = models.CharField(_("cause"), max_length=80, blank=True)
    detail = models.CharField(_("what was said"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=RunStatus.values), name="sync_run_status_known"
            ),
            # What is over says when; what is not does not.
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True)
                | ~Q(status="running") & Q(ended_at__isnull=False),
                name="sync_run_ended",
            ),
            # One at a time.
            models.UniqueConstraint(
                fields=["flow"], condition=Q(status="running"), name="sync_run_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["flow", "-id"], name="sync_run_of_flow"),
            # What is old enough to be forgotten.
            models.Index(fields=["ended_at"], name="sync_run_ended_at"),
        ]


class SyncState(models.Model):
    """How far a flow was read. Its own narrow table: it changes with every page.

    `run` is the fence: who is not that run may not move the cursor.
    """

    flow = models.OneToOneField(SyncFlow, models.CASCADE, primary_key=True, related_name="state")
    cursor = models.TextField(_("cursor"), blank=True)  # the source's own word; or JSON, by time
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, related_name="+")
    lease_ends_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # somebody wants it read now
    retry_at = models.DateTimeField(_("next try"), null=True)  # after a failure, or to go on
    started_at = models.DateTimeField(_("last begun"), null=True)
    done_at = models.DateTimeField(_("last complete"), null=True)
    failed_first_at = models.DateTimeField(_("failing since"), null=True)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("state of a sync flow")
        verbose_name_plural = _("states of sync flows")


class RejectedRecord(models.Model):
    """A record that could not be applied, once for what it is about, however often it comes."""

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(
        SyncFlow, models.CASCADE, related_name="rejected", verbose_name=_("flow")
    )
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, verbose_name=_("last run"))
    key = models.CharField(_("about"), max_length=160)  # SKU, or shop and SKU, or a digest
    status = models.CharField(
        _("status"), max_length=16, choices=RecordStatus.choices, default=RecordStatus.OPEN
    )
    cause = models.CharField(_("cause"), max_length=80)  # groups the error queue
    detail = models.CharField(_("why"), max_length=500)
    raw = models.TextField(_("as it came"))  # 8 kB at most, card numbers scrubbed
    asked_at = models.DateTimeField(_("asked for"))  # what it is as of, unless it says so itself
    last_at = models.DateTimeField(_("last came"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=160, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("rejected record")
        verbose_name_plural = _("rejected records")
        constraints = [
            # The same again takes the place of the one before.
            models.UniqueConstraint(fields=["flow", "key"], name="rejected_record_once"),
            models.CheckConstraint(
                condition=Q(status__in=RecordStatus.values), name="rejected_record_status_known"
            ),
            # Whoever put one away said why.
            models.CheckConstraint(
                condition=Q(status="open")
                | (~Q(note="") & ~Q(settled_by="") & Q(settled_at__isnull=False)),
                name="rejected_record_put_away_with_reason",
            ),
        ]
        indexes = [
            # The error queue, by cause, the newest first.
            models.Index(
                fields=["flow", "cause", "-id"], condition=Q(status="open"),
                name="rejected_record_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key
