from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.encrypted import EncryptedTextField
from apps.common.ids import uuid7
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.policy.schedule import STANDARD
from apps.integrations.states import (
    WITHOUT_ADDRESS,
    DestinationKind,
    DestinationStatus,
    ReturnScope,
    SecretStatus,
    SyncMode,
    WhenExhausted,
)

_WRONG = {
    "form": _("Write it as https://host/path: no user name, no fragment, no blanks, ASCII only."),
    "scheme": _("It has to begin with https://."),
    "port": _("There is no such port."),
}


def validate_address(url: str) -> None:
    """The form of it. Where it leads is judged at each call: names can lead elsewhere tomorrow."""
    try:
        read_address(url, plain_http=settings.DEVELOPMENT)
    except BadAddress as error:
        raise ValidationError(_WRONG[str(error)], code="address") from None


def standard_schedule() -> list[int]:
    return list(STANDARD)


def _seconds(least: int, most: int) -> list[Any]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class Destination(models.Model):
    """A system that wants to hear of what happens here: of what, how, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("What people here call that system.")
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=DestinationKind.choices, default=DestinationKind.WEBHOOK
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[validate_address],
        help_text=_(
            "Where requests go, such as https://erp.example/hooks/returns. Public addresses, and "
            "those inside that operators allow; redirects are not followed."
        ),
    )
    config = models.JSONField(_("settings of its kind"), default=dict, blank=True)
    credentials = EncryptedTextField(_("credentials"), null=True)
    credentials_set_at = models.DateTimeField(_("credentials set"), null=True, editable=False)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=DestinationStatus.choices,
        default=DestinationStatus.ACTIVE,
    )
    status_reason = models.CharField(_("why"), max_length=200, blank=True)
    mapping = models.ForeignKey(
        "integrations.Mapping",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("field mapping"),
        help_text=_("What the destination gets of an event. Empty: the event as it is."),
    )
    # What it wants to hear of; empty is everything.
    event_types = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        verbose_name=_("events"),
        help_text=_("Such as return.completed, or refund.* for all that begin so. Empty: all."),
    )
    stores = ArrayField(
        models.CharField(max_length=16),
        default=list,
        blank=True,
        verbose_name=_("shops"),
        help_text=_("Numbers of shops. Empty: all."),
    )
    regions = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("regions"),
    )
    return_scope = models.CharField(
        _("returns"),
        max_length=8,
        choices=ReturnScope.choices,
        blank=True,
        default="",
        help_text=_("Whether the return took everything back that was sold, or a part."),
    )
    least_amount_minor = models.PositiveBigIntegerField(
        _("from an amount of"),
        null=True,
        blank=True,
        help_text=_("In minor units (cents). Returns and refunds below are not sent."),
    )
    # When it is called.
    sync_mode = models.CharField(
        _("sent"), max_length=8, choices=SyncMode.choices, default=SyncMode.AT_ONCE
    )
    every_seconds = models.PositiveIntegerField(
        _("every"), default=300, validators=_seconds(5, 86_400), help_text=_("Seconds.")
    )
    daily_at = models.TimeField(_("daily at"), default=time(2, 0))
    daily_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    batch_size = models.PositiveIntegerField(
        _("events in a call"),
        default=100,
        validators=_seconds(1, 500),
        help_text=_("At most; a webhook always carries one."),
    )
    max_age_seconds = models.PositiveIntegerField(
        _("late after"),
        default=900,
        validators=_seconds(10, 7 * 86_400),
        help_text=_("Seconds that an event may wait before this destination shows red."),
    )
    ordered = models.BooleanField(
        _("in order"),
        default=False,
        help_text=_(
            "Events of one return (or sale, or refund) go out one after the other; one that cannot "
            "be delivered holds back those behind it, of the same return only."
        ),
    )
    # What happens when it does not work.
    schedule = ArrayField(
        models.PositiveIntegerField(),
        default=standard_schedule,
        verbose_name=_("attempts"),
        help_text=_("Seconds to wait before each attempt, the first included."),
    )
    permanent_statuses = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("answers that no repetition heals"),
        help_text=_("HTTP statuses such as 400 and 422: to the error queue after three attempts."),
    )
    when_exhausted = models.CharField(
        _("when all attempts are used up"),
        max_length=8,
        choices=WhenExhausted.choices,
        default=WhenExhausted.PARK,
    )
    rate_per_minute = models.PositiveIntegerField(
        _("calls a minute"), default=0, help_text=_("At most; 0 is no limit.")
    )
    concurrency = models.PositiveIntegerField(
        _("calls at a time"), default=4, validators=_seconds(1, 16)
    )
    timeout_seconds = models.PositiveIntegerField(
        _("time for a call"), default=20, validators=_seconds(1, 60), help_text=_("Seconds.")
    )
    created_at = models.DateTimeField(_("added"))
    history = HistoricalRecords(excluded_fields=["credentials"])

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=DestinationKind.values), name="destination_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=DestinationStatus.values),
                name="destination_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Who is called has an address, and nobody else."""
        if self.kind not in WITHOUT_ADDRESS and not self.url:
            raise ValidationError({"url": _("It needs an address.")})
        if self.kind in WITHOUT_ADDRESS and self.url:
            raise ValidationError({"url": _("Leave it empty: where its files go is a setting.")})


class DestinationHealth(models.Model):
    """How a destination is doing. Its own narrow table: it changes with every call."""

    destination = models.OneToOneField(
        Destination, models.CASCADE, primary_key=True, related_name="health"
    )
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(_("left alone until"), null=True)
    opened_for_seconds = models.PositiveIntegerField(default=0)
    probing_until = models.DateTimeField(null=True)  # one attempt decides; nobody else tries
    recent = models.JSONField(default=list)  # [[when, went well], …] of the last minute
    last_run_at = models.DateTimeField(_("last run"), null=True)
    last_success_at = models.DateTimeField(_("last success"), null=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    disabled_position = models.BigIntegerField(null=True)  # to catch up from, when enabled again

    class Meta:
        verbose_name = _("health of a destination")
        verbose_name_plural = _("health of destinations")


class WebhookSecret(models.Model):
    """What requests to a destination are signed with. Forgotten as soon as it is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    destination = models.ForeignKey(
        Destination, models.CASCADE, related_name="secrets", verbose_name=_("destination")
    )
    secret = EncryptedTextField(_("secret"), null=True)
    hint = models.CharField(_("begins with"), max_length=16)
    status = models.CharField(
        _("status"), max_length=16, choices=SecretStatus.choices, default=SecretStatus.ACTIVE
    )
    created_at = models.DateTimeField(_("made"))
    not_after = models.DateTimeField(_("signs until"), null=True)

    class Meta:
        verbose_name = _("webhook secret")
        verbose_name_plural = _("webhook secrets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SecretStatus.values),
                name="webhook_secret_status_known",
            ),
            # At most one is in use and one runs out: a receiver never has to know a third.
            models.UniqueConstraint(
                fields=["destination", "status"],
                condition=models.Q(status__in=["active", "retiring"]),
                name="webhook_secret_one_each",
            ),
            # An overlap has an end.
            models.CheckConstraint(
                condition=~models.Q(status="retiring") | models.Q(not_after__isnull=False),
                name="webhook_secret_overlap_ends",
            ),
            # What signs is there; what does not is forgotten.
            models.CheckConstraint(
                condition=models.Q(status="revoked", secret__isnull=True)
                | models.Q(status__in=["active", "retiring"], secret__isnull=False),
                name="webhook_secret_forgotten",
            ),
        ]
        indexes = [
            # What beat looks for: overlaps that are over.
            models.Index(
                fields=["not_after"], condition=models.Q(status="retiring"), name="webhook_overlap"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"
