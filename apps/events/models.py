from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7


class Event(models.Model):
    """Something that happened. Inserted by the business transaction, placed in the feed afterwards.

    `sequence` is the n-th of its subject, taken under the subject's row lock; `position` is its
    place in the feed, given by the one sequencer, so that places appear in order and without gaps
    whatever order transactions commit in (docs/adr/0004).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Insertion order; orders the sequencer's work.
    ordinal = models.BigIntegerField(unique=True)
    position = models.BigIntegerField(_("place in the feed"), null=True, unique=True)
    type = models.CharField(_("type"), max_length=64)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(_("subject"), max_length=64)
    sequence = models.PositiveIntegerField(_("n-th of its subject"))
    store_id = models.BigIntegerField(null=True)
    store_number = models.CharField(_("shop"), max_length=16, blank=True)
    terminal_number = models.CharField(_("register"), max_length=16, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("heard"))
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            # A subject's events are counted 1, 2, 3 …; also the index that finds the next number.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "sequence"], name="event_sequence_once"
            ),
        ]
        indexes = [
            # The sequencer's work: what has no place yet.
            models.Index(
                fields=["ordinal"], condition=models.Q(position=None), name="event_unplaced"
            ),
            # A shop's page of the feed.
            models.Index(fields=["store_id", "position"], name="event_store_feed"),
            # «What of this type happened last?» in the admin.
            models.Index(fields=["type", "-recorded_at"], name="event_type_recent"),
        ]


class ForgottenSubject(models.Model):
    """A subject whose first events are no longer kept: how many it had, so that it counts on."""

    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    last_sequence = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # One row a subject; also the index that finds its next number.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"], name="event_forgotten_once"
            ),
        ]


class FeedHead(models.Model):
    """One row: the places that are kept, and the epoch (a new one after a restore from backup).

    Kept are `first_position` to `last_position`, and whatever was heard since `kept_after` (None:
    everything ever heard).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    first_position = models.BigIntegerField(db_default=1)
    last_position = models.BigIntegerField(default=0)
    kept_after = models.DateTimeField(null=True)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("head of the feed")
        verbose_name_plural = _("head of the feed")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="feed_head_one_row"),
        ]
