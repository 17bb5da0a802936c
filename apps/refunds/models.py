from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.refunds.states import RefundKind, RefundStatus
from apps.sales.models import SaleTender
from apps.stores.models import Store


class StoreCredit(models.Model):
    """Money we owe a customer, as store credit or on a gift card. We are its provider."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("code"), max_length=32, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=RefundKind.choices)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("issued by"))
    customer_ref = models.CharField(_("customer"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    balance_minor = models.BigIntegerField(_("balance"), default=0)
    created_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("store credit")
        verbose_name_plural = _("store credit")
        constraints = [
            # Nobody can spend more than there is.
            models.CheckConstraint(
                condition=models.Q(balance_minor__gte=0), name="store_credit_not_negative"
            ),
        ]


class Refund(models.Model):
    """Money going back, once. Its idempotency key is derived from its id and never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(_("for"), max_length=64)  # `return:<id>`, opaque here
    label = models.CharField(_("return"), max_length=64)
    store = models.ForeignKey(Store, models.PROTECT, verbose_name=_("shop"))
    terminal_number = models.CharField(_("register"), max_length=16, blank=True)
    customer_ref = models.CharField(_("customer"), max_length=64, blank=True)
    sale_tender = models.ForeignKey(
        SaleTender, models.PROTECT, null=True, verbose_name=_("original tender")
    )
    kind = models.CharField(_("to"), max_length=16, choices=RefundKind.choices)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    gateway = models.CharField(_("processor"), max_length=32, blank=True)
    payment_ref = models.CharField(_("payment"), max_length=128, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=RefundStatus.choices)
    provider_ref = models.CharField(_("reference at the processor"), max_length=128, blank=True)
    failure_code = models.CharField(_("why not"), max_length=64, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    store_credit = models.ForeignKey(StoreCredit, models.PROTECT, null=True)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="supersedes"
    )
    created_at = models.DateTimeField(_("made"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="refund_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=RefundStatus.values), name="refund_status_known"
            ),
            # Whatever is on its way has a next step; nothing gets stuck.
            models.CheckConstraint(
                condition=~models.Q(status__in=["submitted", "unknown", "requires_action"])
                | models.Q(next_attempt_at__isnull=False),
                name="refund_never_stuck",
            ),
        ]
        indexes = [
            # The refunds of one return.
            models.Index(fields=["reference", "id"], name="refund_reference"),
            # What the worker looks for: due, oldest first.
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(status__in=["submitted", "unknown", "requires_action"]), name="refund_due",
            ),
            # The admin's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="refund_recent"),
            # The refunds of a tender (verify).
            models.Index(fields=["sale_tender"], name="refund_tender"),
        ]  # fmt: skip

    @property
    def idempotency_key(self) -> str:
        return refund_key(self.id)


def refund_key(refund_id: object) -> str:
    """What the processor knows a refund by, for its whole life."""
    return f"rms-refund-{refund_id}"


class RefundEvent(models.Model):
    """What was asked and heard, append-only (migration 0002): PostgreSQL refuses any change."""

    append_only = True

    class Kind(models.TextChoices):
        REQUEST = "request", _("Asked")
        SUCCESS = "success", _("Paid back")
        FAILURE = "failure", _("Declined")
        UNKNOWN = "unknown", _("No clear answer")
        REVERSE = "reverse", _("Taken back")
        CANCEL = "cancel", _("Cancelled")

    id = models.BigAutoField(primary_key=True)
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("steps of refunds")


class StoreCreditEntry(models.Model):
    """The ledger of a store credit, append-only (migration 0002); its balance is their sum."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(StoreCredit, models.PROTECT, related_name="entries")
    amount_minor = models.BigIntegerField(_("amount"))
    reference = models.CharField(_("reference"), max_length=96, unique=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("store credit entry")
        verbose_name_plural = _("store credit entries")


class SandboxPayment(models.Model):
    """The sandbox processor's own books: a payment it has heard of. Nothing of ours refers to it."""

    ref = models.CharField(_("payment"), max_length=128, primary_key=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("payment at the sandbox")
        verbose_name_plural = _("payments at the sandbox")


class SandboxRefund(models.Model):
    """A refund in the sandbox processor's own books."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(SandboxPayment, models.PROTECT, verbose_name=_("payment"))
    key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    amount_minor = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=16)
    code = models.CharField(_("why not"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("refund at the sandbox")
        verbose_name_plural = _("refunds at the sandbox")


class SandboxInstruction(models.Model):
    """How the sandbox processor is to behave for its next refunds. Edited in the admin."""

    class Behaviour(models.TextChoices):
        DECLINE = "decline", _("Decline")
        TIMEOUT = "timeout", _("Refund, then time out")
        ERROR = "error", _("Answer 500 without refunding")
        HANG = "hang", _("Refund, then hang for a minute")

    behaviour = models.CharField(_("behaviour"), max_length=16, choices=Behaviour.choices)
    payment_ref = models.CharField(
        _("only for payment"), max_length=128, blank=True, help_text=_("Empty: for any payment.")
    )
    remaining = models.PositiveIntegerField(_("for the next"), default=1)

    class Meta:
        verbose_name = _("sandbox instruction")
        verbose_name_plural = _("sandbox instructions")
