from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Bucket(models.TextChoices):
    SELLABLE = "sellable", _("On the shelf")  # counts as on hand
    QUARANTINE = "quarantine", _("In quarantine")  # to be looked at
    DAMAGED = "damaged", _("Damaged")  # cannot be sold as new
    VENDOR = "vendor", _("Back to the supplier")  # waiting to be sent
    SCRAP = "scrap", _("Written off")  # gone for good


class MovementKind(models.TextChoices):
    SALE = "sale", _("Sale")
    RETURN = "return", _("Return")
    EXCHANGE = "exchange", _("Exchange")
    VOID = "void", _("Void")
    COUNT = "count", _("Count")
    TRANSFER = "transfer", _("Transfer")
    ADJUSTMENT = "adjustment", _("Adjustment")


BUCKET_COLUMNS = {
    Bucket.SELLABLE: "on_hand",
    Bucket.QUARANTINE: "quarantined",
    Bucket.DAMAGED: "damaged",
    Bucket.VENDOR: "to_supplier",
    Bucket.SCRAP: "written_off",
}
"""Which column of a level is the sum of which bucket's movements."""
