from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RefundStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")  # promised with an authorized return; nothing is sent yet
    SUBMITTED = "submitted", _("On its way")  # to be sent, or sent and not yet answered
    SUCCEEDED = "succeeded", _("Paid back")  # the money is back
    FAILED = "failed", _("Declined")  # the processor said no; about to be superseded
    REQUIRES_ACTION = "requires_action", _("Needs the customer")  # the processor waits for somebody
    UNKNOWN = (
        "unknown",
        _("Not known"),
    )  # no clear answer; resolved only by asking, never by resending afresh
    SUPERSEDED = "superseded", _("Paid another way")  # declined, and another refund took its place
    REVERSED = "reversed", _("Taken back")  # the processor took it back days later
    CANCELLED = "cancelled", _("Cancelled")  # the return was voided, expired or became smaller


REFUND_TRANSITIONS: dict[str, frozenset[str]] = {
    "planned": frozenset({"submitted", "succeeded", "cancelled"}),
    "submitted": frozenset({"succeeded", "failed", "requires_action", "unknown", "cancelled"}),
    "unknown": frozenset({"submitted", "succeeded", "failed", "requires_action"}),
    "requires_action": frozenset({"submitted", "succeeded", "failed", "unknown"}),
    "failed": frozenset({"superseded"}),
    "succeeded": frozenset({"reversed"}),
    "superseded": frozenset(),
    "reversed": frozenset(),
    "cancelled": frozenset(),
}

OPEN = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN, RefundStatus.REQUIRES_ACTION)
"""Money that is on its way, or may be."""

COUNTED = (RefundStatus.PLANNED, *OPEN, RefundStatus.SUCCEEDED)
"""What a return has given back or promised; the others gave way to something else."""


class RefundKind(models.TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    GIFT_CARD = "gift_card", _("Gift card")
    STORE_CREDIT = "store_credit", _("Store credit")
    WALLET = "wallet", _("Wallet")
    INVOICE = "invoice", _("Credit note")


ELECTRONIC = frozenset({RefundKind.CARD, RefundKind.WALLET})
"""Kinds that a payment processor carries out; the others we settle ourselves, at once."""

CREDITED = frozenset({RefundKind.STORE_CREDIT, RefundKind.GIFT_CARD})
"""Kinds whose provider we are."""
