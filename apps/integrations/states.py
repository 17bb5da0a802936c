from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DestinationKind(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")  # signed HTTPS requests, by Standard Webhooks
    REST = "rest", _("REST")  # any JSON API, by a template
    JOURNAL = "journal", _("Accounting journal")  # double entry, to a file
    FILE = "file", _("File drop")  # CSV or JSON lines, to a folder or by SFTP
    TRYTON = "tryton", _("Tryton")  # the ERP, over its REST API


class DestinationStatus(models.TextChoices):
    ACTIVE = "active", _("Active")  # hears of what happens
    PAUSED = "paused", _("Paused")  # what happens is kept for it
    DISABLED = "disabled", _("Disabled")  # hears nothing; can catch up when it is enabled again


class SyncMode(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    EVERY = "every", _("Every so often")
    DAILY = "daily", _("Daily")


class ReturnScope(models.TextChoices):
    FULL = "full", _("Full returns only")
    PARTIAL = "partial", _("Partial returns only")


class WhenExhausted(models.TextChoices):
    PARK = "park", _("To the error queue")
    PAUSE = "pause", _("To the error queue, and pause the destination")


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")  # due at `next_attempt_at`
    SENDING = "sending", _("Being sent")  # a worker has it until `lease_until`
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Failed")  # waits for a person, in the error queue
    RESOLVED = "resolved", _("Resolved")  # somebody saw to it elsewhere
    DISCARDED = "discarded", _("Discarded")  # somebody decided against it


DELIVERY_TRANSITIONS: dict[str, frozenset[str]] = {
    "pending": frozenset({"sending", "discarded"}),
    "sending": frozenset({"delivered", "pending", "dead", "sending"}),
    "delivered": frozenset({"pending"}),
    "dead": frozenset({"pending", "resolved", "discarded"}),
    "resolved": frozenset({"pending"}),
    "discarded": frozenset(),
}


class JobKind(models.TextChoices):
    """What a worker does to many deliveries, because somebody asked for it on a page."""

    STRETCH = "stretch", _("Send a stretch of time again")
    CATCH_UP = "catch_up", _("Send what happened meanwhile")
    REPLAY = "replay", _("Try again all that failed alike")
    RESOLVE = "resolve", _("Resolve all that failed alike")
    DISCARD = "discard", _("Discard all that failed alike")
    DISCARD_ONE = "discard_one", _("Discard one")


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
