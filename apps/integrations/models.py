from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.encrypted import EncryptedTextField
from apps.common.ids import uuid7
from apps.integrations.policy import BadAddress, read_address
from apps.integrations.states import DestinationKind, SecretStatus

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


class Destination(models.Model):
    """A system that wants to hear of what happens here."""

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
        validators=[validate_address],
        help_text=_(
            "Where requests go, such as https://erp.example/hooks/returns. Public addresses only; "
            "redirects are not followed."
        ),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("added"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=DestinationKind.values), name="destination_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
