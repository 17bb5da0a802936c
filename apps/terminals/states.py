from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TerminalStatus(models.TextChoices):
    PENDING = "pending", _("Waiting for enrolment")  # added, has no credential yet
    ACTIVE = "active", _("Active")  # may ask for tokens and use them
    SUSPENDED = "suspended", _("Suspended")  # nothing works until it is activated again
    RETIRED = "retired", _("Retired")  # never again


TERMINAL_TRANSITIONS: dict[str, frozenset[str]] = {
    "pending": frozenset({"active", "retired"}),
    "active": frozenset({"suspended", "retired", "pending"}),
    "suspended": frozenset({"active", "retired", "pending"}),
    "retired": frozenset(),
}


class CredentialKind(models.TextChoices):
    KEY = "key", _("Key")  # the register signs; we hold the public half
    SECRET = "secret", _("Secret")  # for hardware that cannot sign; we hold its hash


class CredentialStatus(models.TextChoices):
    PENDING = "pending", _("Not used yet")  # handed out, the register has not been seen with it
    ACTIVE = "active", _("Active")  # the one in use
    RETIRING = "retiring", _("Retiring")  # replaced, still good until `not_after`
    REVOKED = "revoked", _("Revoked")  # refused from the next request on


USABLE = (CredentialStatus.PENDING, CredentialStatus.ACTIVE, CredentialStatus.RETIRING)
"""A register may ask for a token with any of these; at most two exist at a time."""


class NoticeKind(models.TextChoices):
    ENROLMENT_CONFLICT = "enrolment-conflict", _("A used code came again, from another machine")
    PENDING_UNUSED = "pending-unused", _("The new key has not been used for a week")
    ROTATION_OVERDUE = "rotation-overdue", _("The key is older than it may be")
    ROTATION_DUE = "rotation-due", _("The key is to be replaced")


REMINDERS = (NoticeKind.ROTATION_DUE,)
"""Said in time, so that nobody has to do anything yet; the others ask for a person."""


class Scope(models.TextChoices):
    SELF = "self", _("Renew its own key and say how it is")
    READ = "read", _("Look up sales, returns, stock and changes")
    SALES = "sales", _("Take sales in")
    RETURNS = "returns", _("Decide and complete returns")
    STOCK = "stock", _("Count stock")
    OFFLINE = "offline", _("Upload what was done offline")
    BACKDATE = "backdate", _("Decide by the register's own time (bringing in history)")
