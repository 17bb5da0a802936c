from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DestinationKind(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")  # signed HTTPS requests, by Standard Webhooks
    REST = "rest", _("REST")  # any JSON API, by a template
    JOURNAL = "journal", _("Accounting journal")  # double entry, to a file
    FILE = "file", _("File drop")  # CSV or JSON lines, to a folder or by SFTP
    TRYTON = "tryton", _("Tryton")  # the ERP, over its REST API


WITHOUT_ADDRESS = frozenset({DestinationKind.JOURNAL, DestinationKind.FILE})
"""Called at no address of the web: files here, and servers that the settings name."""


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
            "The name leads to an address inside a network. Nothing was sent: we call public addresses, "
            "and those inside that operators allow (ALLOWED_NETWORKS)."
        ),
    )
    UNKNOWN_HOST = "unknown-host", _("The name of the host is not known.")
    NOT_REACHED = "not-reached", _("No connection could be made.")
    NO_TRUST = "no-trust", _("The certificate of the host cannot be trusted.")
    TIMED_OUT = "timed-out", _("It took too long.")
    BROKEN_OFF = "broken-off", _("The connection was closed without an answer that we understand.")


class FlowKind(models.TextChoices):
    CATALOGUE = "catalogue", _("Catalogue")  # items
    STOCK = "stock", _("Stock")  # how much of each a shop has


class FlowStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")  # nothing is pulled until somebody resumes it


class FlowPaging(models.TextChoices):
    CURSOR = "cursor", _("By the source's own cursor")
    SINCE = "since", _("By the time of change")


class FlowTiming(models.TextChoices):
    EVERY = "every", _("Every so often")
    DAILY = "daily", _("Daily")


class AccessKind(models.TextChoices):
    NONE = "none", _("None")
    HEADER = "header", _("A key in a header")
    BASIC = "basic", _("User name and password")
    BEARER = "bearer", _("A bearer token")


class RunStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")  # everything there was is here
    CUT = "cut", _("Goes on")  # its time was over; the next one goes on where it stopped
    FAILED = "failed", _("Failed")  # the source or the mapping; tried again later
    DIED = "died", _("Died")  # its worker was killed; the next one goes on where it stopped


class RecordStatus(models.TextChoices):
    OPEN = "open", _("Waits for a person")
    RESOLVED = "resolved", _("Resolved")  # came right, or somebody saw to it
    DISCARDED = "discarded", _("Discarded")  # somebody decided against it


class MessageStatus(models.TextChoices):
    """What became of a message of a web shop."""

    RECEIVED = "received", _("Received")  # to be applied
    APPLIED = "applied", _("Applied")  # became a sale
    DUPLICATE = "duplicate", _("Nothing new")  # the sale stands as this message has it
    NOTED = "noted", _("Noted")  # makes no sale by itself; counts when one is made
    HELD = "held", _("Held")  # waits for another message of the same order
    REJECTED = "rejected", _("Rejected")  # waits for a person, in the error queue
    RESOLVED = "resolved", _("Resolved")  # somebody saw to it


MESSAGE_TRANSITIONS: dict[str, frozenset[str]] = {
    "received": frozenset({"applied", "duplicate", "noted", "held", "rejected"}),
    "held": frozenset({"received", "duplicate", "rejected", "resolved"}),
    "rejected": frozenset({"received", "duplicate", "resolved"}),
    "noted": frozenset(),
    "applied": frozenset(),
    "duplicate": frozenset(),
    "resolved": frozenset({"received"}),
}


class ShopStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISABLED = "disabled", _("Disabled")  # its messages are answered with 404
