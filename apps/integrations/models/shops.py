from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.common.encrypted import EncryptedTextField
from apps.common.ids import uuid7
from apps.integrations.states import MessageStatus, SecretStatus, ShopStatus
from apps.sales.models import Sale
from apps.sales.states import TenderKind
from apps.stores.models import Store
from apps.terminals.models import Terminal

_GATEWAY_WORDS = {"kind", "gateway", "reference"}
_REFERENCES = {"order", "authorization", "payment_id"}


def validate_gateways(value: Any) -> None:
    """`{"stripe": {"kind": "card", "gateway": "stripe", "reference": "authorization"}}`."""
    if not isinstance(value, dict):
        raise ValidationError(_("An object: the shop's name of a way to pay, and what it is here."))
    for way, told in value.items():
        if not isinstance(told, dict) or set(told) - _GATEWAY_WORDS:
            raise ValidationError(
                _("“%(way)s” may say kind, gateway and reference only."), params={"way": way}
            )
        if told.get("kind", TenderKind.CARD) not in TenderKind.values:
            raise ValidationError(_("“%(way)s” has an unknown kind."), params={"way": way})
        if told.get("reference", "order") not in _REFERENCES:
            raise ValidationError(_("“%(way)s” has an unknown reference."), params={"way": way})
        if not all(isinstance(word, str) for word in told.values()):
            raise ValidationError(_("“%(way)s” has a value that is no text."), params={"way": way})


class WebShop(models.Model):
    """A web shop (Shopify) whose orders are sales here. It speaks through a register of its own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    domain = models.CharField(
        _("domain"), max_length=200, blank=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9.-]*$", _("Such as quiet-harbour.myshopify.com."))],
        help_text=_("As Shopify calls the shop, such as quiet-harbour.myshopify.com. Empty: any."),
    )  # fmt: skip
    store = models.ForeignKey(
        Store, models.PROTECT, verbose_name=_("shop"),
        help_text=_("The shop here that its orders are sales of: its stock, currency and time zone."),
    )  # fmt: skip
    terminal = models.OneToOneField(Terminal, models.PROTECT, verbose_name=_("register"))
    receipt_prefix = models.CharField(
        _("receipts begin with"), max_length=16, unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+$", _("Letters, digits and hyphens."))],
        help_text=_("Order #1001 gets the receipt number WS-1001 with the prefix WS-."),
    )  # fmt: skip
    gateways = models.JSONField(
        _("ways to pay"), default=dict, blank=True, validators=[validate_gateways],
        help_text=_("What differs from the usual, by the shop's name of it; see the guide."),
    )  # fmt: skip
    status = models.CharField(
        _("status"), max_length=16, choices=ShopStatus.choices, default=ShopStatus.ACTIVE
    )
    created_at = models.DateTimeField(_("added"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("web shop")
        verbose_name_plural = _("web shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ShopStatus.values), name="web_shop_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebShopHealth(models.Model):
    """What came from a web shop, and what claimed to. Its own narrow table."""

    shop = models.OneToOneField(WebShop, models.CASCADE, primary_key=True, related_name="health")
    last_received_at = models.DateTimeField(_("last message"), null=True)
    bad_signatures = models.PositiveBigIntegerField(_("bad signatures"), default=0)
    last_bad_at = models.DateTimeField(_("last bad signature"), null=True)
    bad_told_at = models.DateTimeField(null=True)  # in the trail, every so often only

    class Meta:
        verbose_name = _("health of a web shop")
        verbose_name_plural = _("health of web shops")


class WebShopSecret(models.Model):
    """What a web shop signs with. Forgotten as soon as it is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(
        WebShop, models.CASCADE, related_name="secrets", verbose_name=_("web shop")
    )
    secret = EncryptedTextField(_("secret"), null=True)
    hint = models.CharField(_("begins with"), max_length=16)
    status = models.CharField(
        _("status"), max_length=16, choices=SecretStatus.choices, default=SecretStatus.ACTIVE
    )
    created_at = models.DateTimeField(_("made"))
    not_after = models.DateTimeField(_("good until"), null=True)

    class Meta:
        verbose_name = _("secret of a web shop")
        verbose_name_plural = _("secrets of web shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=SecretStatus.values), name="web_shop_secret_status_known"
            ),
            # At most one is in use and one runs out.
            models.UniqueConstraint(
                fields=["shop", "status"],
                condition=Q(status__in=["active", "retiring"]), name="web_shop_secret_one_each",
            ),
            # An overlap has an end.
            models.CheckConstraint(
                condition=~Q(status="retiring") | Q(not_after__isnull=False),
                name="web_shop_secret_overlap_ends",
            ),
            # What is good is there; what is not is forgotten.
            models.CheckConstraint(
                condition=Q(status="revoked", secret__isnull=True)
                | Q(status__in=["active", "retiring"], secret__isnull=False),
                name="web_shop_secret_forgotten",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.hint}…"


class InboundMessage(models.Model):
    """A signed message of a web shop, stored before anything is done with it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(WebShop, models.PROTECT, verbose_name=_("web shop"))
    topic = models.CharField(_("topic"), max_length=64)
    webhook_id = models.CharField(_("webhook id"), max_length=64, blank=True)
    event_id = models.CharField(_("event id"), max_length=64, blank=True)
    order_ref = models.CharField(_("order id"), max_length=64)
    label = models.CharField(_("order"), max_length=64, blank=True)  # as people quote it
    body = models.JSONField(_("what was kept"))  # without names, addresses and card numbers
    body_hash = models.BinaryField(max_length=32)  # of all that came
    status = models.CharField(
        _("status"), max_length=16, choices=MessageStatus.choices, default=MessageStatus.RECEIVED
    )
    cause = models.CharField(_("cause"), max_length=80, blank=True)  # groups the error queue
    detail = models.CharField(_("why"), max_length=500, blank=True)
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, verbose_name=_("sale"))
    counted = models.JSONField(_("counted"), default=dict)  # refunds and payments in that sale
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    received_at = models.DateTimeField(_("received"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=160, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)  # that it was sent
    last_at = models.DateTimeField(_("last came"))

    class Meta:
        verbose_name = _("message of a web shop")
        verbose_name_plural = _("messages of web shops")
        constraints = [
            # The same message again only counts up: by its own id, its event, or byte for byte.
            models.UniqueConstraint(
                fields=["shop", "topic", "webhook_id"],
                condition=~Q(webhook_id=""),
                name="inbound_message_once_by_id",
            ),
            models.UniqueConstraint(
                fields=["shop", "topic", "event_id"],
                condition=~Q(event_id=""),
                name="inbound_message_once_by_event",
            ),
            models.UniqueConstraint(
                fields=["shop", "topic", "body_hash"], name="inbound_message_once_by_body"
            ),
            # An order becomes one sale, by one message.
            models.UniqueConstraint(
                fields=["shop", "order_ref"],
                condition=Q(status="applied"),
                name="inbound_message_one_sale",
            ),
            models.CheckConstraint(
                condition=Q(status__in=MessageStatus.values), name="inbound_message_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="applied") | Q(sale__isnull=False),
                name="inbound_message_applied_has_sale",
            ),
            # Whatever is to be applied is due some time, so that it is never stuck.
            models.CheckConstraint(
                condition=~Q(status="received") | Q(next_attempt_at__isnull=False),
                name="inbound_message_received_due",
            ),
        ]
        indexes = [
            # The worker's next.
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(status="received"),
                name="inbound_message_due",
            ),
            # All that was said of an order.
            models.Index(fields=["shop", "order_ref", "id"], name="inbound_message_order"),
            # What people quote, before there is a sale.
            models.Index(fields=["label"], condition=~Q(label=""), name="inbound_message_label"),
            # The admin's list, newest first; the error queue, by cause.
            models.Index(fields=["-received_at", "-id"], name="inbound_message_recent"),
            models.Index(
                fields=["shop", "cause", "-id"], condition=Q(status="rejected"),
                name="inbound_message_trouble",
            ),
        ]  # fmt: skip
