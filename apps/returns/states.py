from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReturnStatus(models.TextChoices):
    NEEDS_OVERRIDE = "needs_override", _("Waits for approval")  # a manager may allow it
    AUTHORIZED = "authorized", _("Authorized")  # allowed; the goods are not here yet
    DENIED = "denied", _("Denied")  # kept for ever: a denied attempt is a fact
    COMPLETED = "completed", _("Completed")  # the goods are here, the money goes back
    VOIDED = "voided", _("Voided")  # undone before any money went back
    EXPIRED = "expired", _("Expired")  # nobody came with the goods in time


RETURN_TRANSITIONS: dict[str, frozenset[str]] = {
    "needs_override": frozenset({"authorized", "denied", "expired"}),
    "authorized": frozenset({"completed", "voided", "expired"}),
    "completed": frozenset({"voided"}),
    "denied": frozenset(),
    "voided": frozenset(),
    "expired": frozenset(),
}

OPEN = (ReturnStatus.NEEDS_OVERRIDE, ReturnStatus.AUTHORIZED)
"""Goods are still to come, or a word."""


class Outcome(models.TextChoices):
    """What a rule, a line or a whole return comes to; the worst one wins."""

    APPROVED = "approved", _("Approved")
    CONTINGENT = "contingent", _("Approved once something is supplied")
    NEEDS_OVERRIDE = "needs_override", _("A manager may allow it")
    DENIED = "denied", _("Denied")


RANK = {
    Outcome.APPROVED: 0,
    Outcome.CONTINGENT: 1,
    Outcome.NEEDS_OVERRIDE: 2,
    Outcome.DENIED: 3,
}


class ReturnKind(models.TextChoices):
    RECEIPTED = "receipted", _("With receipt")  # the sale was found
    UNVERIFIED = "unverified", _("Receipt not found")  # a receipt was named, the sale is not here
    BLIND = "blind", _("Without receipt")
    GIFT_RECEIPT = "gift_receipt", _("Gift receipt")


class Disposition(models.TextChoices):
    """Where the goods go, after ARTS `Disposal@Method`."""

    RETURN_TO_STOCK = "return_to_stock", _("Back to the shelf")
    QUARANTINE = "quarantine", _("Quarantine")
    DAMAGED = "damaged", _("Damaged")
    RETURN_TO_SUPPLIER = "return_to_supplier", _("Back to the supplier")
    REPAIR = "repair", _("Repair")
    WRITE_OFF = "write_off", _("Write off")
    TRANSFER = "transfer", _("To another shop")


BUCKET_OF = {
    Disposition.RETURN_TO_STOCK: "sellable",
    Disposition.QUARANTINE: "quarantine",
    Disposition.DAMAGED: "damaged",
    Disposition.RETURN_TO_SUPPLIER: "vendor",
    Disposition.REPAIR: "quarantine",
    Disposition.WRITE_OFF: "scrap",
    Disposition.TRANSFER: "quarantine",
}
"""Which bucket of the stock a disposition fills."""


class PolicyScope(models.TextChoices):
    ALL = "all", _("Everywhere")
    REGION = "region", _("One region")
    STORE = "store", _("One shop")


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")  # being written
    PUBLISHED = "published", _("In force")  # decides; never changed again
    RETIRED = "retired", _("Retired")  # replaced by a later one, or taken out of force


class AdjustmentKind(models.TextChoices):
    """What makes the money of a return differ from the worth of its goods."""

    FEE = "fee", _("Restocking fee")  # kept back for the condition of the goods
    MANUAL = "manual", _("Changed by staff")  # more or less, for a reason
    ROUNDING = "rounding", _("Cash rounding")  # to the coins there are


class RefundTo(models.TextChoices):
    ORIGINAL = "original", _("Original tenders")
    STORE_CREDIT = "store_credit", _("Store credit")
    EXCHANGE = "exchange", _("Exchange")
