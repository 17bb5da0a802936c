from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DestinationKind(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")  # signed HTTPS requests, by Standard Webhooks


class SecretStatus(models.TextChoices):
    ACTIVE = "active", _("Active")  # the one we sign with
    RETIRING = "retiring", _("Retiring")  # replaced; we sign with it too until `not_after`
    REVOKED = "revoked", _("Revoked")  # over, and forgotten


SECRET_TRANSITIONS: dict[str, frozenset[str]] = {
    "active": frozenset({"retiring", "revoked"}),
    "retiring": frozenset({"revoked"}),
    "revoked": frozenset(),
}

SIGNING = (SecretStatus.ACTIVE, SecretStatus.RETIRING)
"""At most one of each exists at a time, and none of them without its secret."""


class SendProblem(models.TextChoices):
    """Why a request got no answer."""

    NOT_SENT = "not-sent", _("The address is not one we may call.")
    NOT_PUBLIC = (
        "not-public",
        _(
            "The name leads to an address inside a network. Nothing was sent: we call public ones only."
        ),
    )
    UNKNOWN_HOST = "unknown-host", _("The name of the host is not known.")
    NOT_REACHED = "not-reached", _("No connection could be made.")
    NO_TRUST = "no-trust", _("The certificate of the host cannot be trusted.")
    TIMED_OUT = "timed-out", _("It took too long.")
    BROKEN_OFF = "broken-off", _("The connection was closed without an answer that we understand.")
