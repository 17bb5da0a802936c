"""The built-in processor for trying things out: its books are read, its manners are set."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.common.admin import ReadOnlyAdmin, RecordedAdmin, rows
from apps.common.admin.columns import (
    copyable,
    exactly,
    money,
    related,
    when,
)
from apps.refunds.models import (
    SandboxInstruction,
    SandboxPayment,
    SandboxRefund,
)


@admin.register(SandboxPayment)
class SandboxPaymentAdmin(ReadOnlyAdmin[SandboxPayment]):
    """The sandbox processor's own books."""

    ordering = ("ref",)
    list_display = ("ref", money("amount_minor", _("amount")))
    search_paths = ("ref",)
    search_help_text = _("Reference of the payment")
    fields = rows(copyable("ref", _("payment")), money("amount_minor", _("amount")))
    lead = _("What the built-in processor for trying things out has heard of.")
    empty_says = _("The sandbox hears of a payment with its first refund.")


@admin.register(SandboxRefund)
class SandboxRefundAdmin(ReadOnlyAdmin[SandboxRefund]):
    """The sandbox processor's own books."""

    ordering = ("-id",)
    list_display = (
        "payment_id",
        money("amount_minor", _("amount"), currency="payment__currency"),
        "status",
        "code",
        when("created_at", _("when")),
    )
    list_select_related = ("payment",)
    search_paths = ("payment_id", "key", "pk")
    search_help_text = _("Reference of the payment or refund, or its key")
    fields = rows(
        related("payment", _("payment")),
        money("amount_minor", _("amount"), currency="payment__currency"),
        "status",
        "code",
        copyable("key", _("idempotency key")),
        exactly("created_at", _("when")),
    )
    lead = _("What the built-in processor for trying things out has paid back, or refused to.")
    empty_says = _("Refunds to cards show here while no real processor is set.")


@admin.register(SandboxInstruction)
class SandboxInstructionAdmin(RecordedAdmin[SandboxInstruction]):
    list_display = ("behaviour", "payment_ref", "remaining")
    ordering = ("id",)
    fields = ("behaviour", "payment_ref", "remaining")
    lead = _("Make the sandbox misbehave, to see how a refund finds its way all the same.")
    empty_says = _("The sandbox pays back everything, at once.")
    empty_first = _("Add an instruction to see a refund declined, or its answer lost.")
