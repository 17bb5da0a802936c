from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.integrations.models.destinations import Destination
from apps.integrations.states import DeliveryStatus


class FeedReader(models.Model):
    """How far a reader of the event feed has come. Deliveries are made by one of them."""

    name = models.CharField(max_length=32, primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("reader of the feed")
        verbose_name_plural = _("readers of the feed")


class Delivery(models.Model):
    """One event for one destination, cut by the month of the event (migration 0008).

    Event and subject are plain values: events are kept for less long.
    """

    id = models.BigAutoField(primary_key=True)
    # Its index is `delivery_of_destination`.
    destination = models.ForeignKey(
        Destination, models.CASCADE, db_index=False, verbose_name=_("destination")
    )
    event_id = models.UUIDField(_("event"))
    event_type = models.CharField(_("type"), max_length=64)
    position = models.BigIntegerField(_("place in the feed"))
    subject = models.CharField(_("subject"), max_length=100)  # `return:<id>`
    sequence = models.PositiveIntegerField(_("n-th of its subject"))
    label = models.CharField(_("about"), max_length=64, blank=True)  # a number that people quote
    status = models.CharField(
        _("status"), max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)  # the fence of a claim, too
    tries = models.PositiveIntegerField(
        _("tries"), default=0
    )  # of the schedule; a replay begins anew
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(null=True)
    first_failed_at = models.DateTimeField(_("failing since"), null=True)
    cause = models.CharField(_("cause"), max_length=80, blank=True)  # groups the error queue
    detail = models.CharField(_("what was said"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("made"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=160, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            # Each event once per destination, however often the feed is read.
            models.UniqueConstraint(fields=["destination", "event_id"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(status__in=DeliveryStatus.values), name="delivery_status_known"
            ),
            # What is being sent has a lease, so that it is never stuck.
            models.CheckConstraint(
                condition=~Q(status="sending") | Q(lease_until__isnull=False),
                name="delivery_sending_leased",
            ),
            # Whoever put one away said why.
            models.CheckConstraint(
                condition=~Q(status__in=["resolved", "discarded"])
                | (~Q(note="") & ~Q(settled_by="") & Q(settled_at__isnull=False)),
                name="delivery_put_away_with_reason",
            ),
        ]
        indexes = [
            # The worker's next batch.
            models.Index(
                fields=["destination", "next_attempt_at", "id"],
                condition=Q(status="pending"), name="delivery_due",
            ),
            # How long the oldest has been waiting, those that are tried again included.
            models.Index(
                fields=["destination", "created_at"],
                condition=Q(status__in=["pending", "sending"]), name="delivery_waiting",
            ),
            # Leases that have ended.
            models.Index(
                fields=["destination", "lease_until"],
                condition=Q(status="sending"), name="delivery_leased",
            ),
            # What holds a subject back on an ordered destination.
            models.Index(
                fields=["destination", "subject", "sequence"],
                condition=Q(status__in=["pending", "sending", "dead"]), name="delivery_in_order",
            ),
            # The error queue, by cause, the newest first.
            models.Index(
                fields=["destination", "cause", "-id"],
                condition=Q(status="dead"), name="delivery_dead",
            ),
            # The log of a destination, the newest first.
            models.Index(fields=["destination", "-id"], name="delivery_of_destination"),
            # «Who was told of this return?»
            models.Index(fields=["subject", "id"], name="delivery_subject"),
        ]  # fmt: skip


class Call(models.Model):
    """One request to a destination and what was answered; it may have carried several deliveries."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    destination = models.ForeignKey(Destination, models.CASCADE, verbose_name=_("destination"))
    at = models.DateTimeField(_("when"))
    milliseconds = models.PositiveIntegerField(_("took"))
    status = models.PositiveIntegerField(_("answered"), null=True)
    problem = models.CharField(_("problem"), max_length=64, blank=True)
    request_head = models.JSONField(_("headers sent"), default=dict)  # never an authorization
    request_body = models.TextField(_("sent"), blank=True)
    answer = models.TextField(_("answer"), blank=True)  # 2 kB at most, card numbers scrubbed

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [models.Index(fields=["destination", "-at"], name="call_recent")]


class Attempt(models.Model):
    """One attempt at one delivery, cut by the month of its call.

    Written in the transaction that settles the delivery; no foreign key, which would keep a month
    of deliveries or calls from being put away.
    """

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, db_constraint=False)
    number = models.PositiveIntegerField(_("n-th"))
    call = models.ForeignKey(Call, models.CASCADE, db_constraint=False)
    outcome = models.CharField(_("outcome"), max_length=16)  # ok | retry | permanent | gone

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            # With the call in PostgreSQL, since it is what months are cut by (migration 0008).
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once"),
        ]
