"""Forms of a web shop: what it is, and its secret, which is written and never shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import SpanField, WaysField
from apps.integrations.models import WebShop
from apps.integrations.services.shops import LEAST_SECRET

_HELP = _(
    "The one the web shop signs its webhooks with. Empty: one is made here, and shown this once, for "
    "senders that take one."
)


def _secret() -> forms.CharField:
    return forms.CharField(
        label=_("Secret"),
        required=False,
        min_length=LEAST_SECRET,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_HELP,
    )


class ShopForm(forms.ModelForm[WebShop]):
    gateways = WaysField(
        between=":",
        label=_("Ways to pay"),
        required=False,
        help_text=_(
            "What differs from the usual, one way a line: “stripe: kind=card gateway=stripe "
            "reference=authorization”. A refund goes to that gateway, under that number of the payment "
            "(order, authorization or payment_id)."
        ),
    )

    class Meta:
        model = WebShop
        fields: ClassVar[list[str]] = ["name", "domain", "gateways"]


class NewShopForm(ShopForm):
    secret = _secret()

    class Meta(ShopForm.Meta):
        fields: ClassVar[list[str]] = ["name", "store", "receipt_prefix", "domain", "gateways"]


class RotateForm(forms.Form):
    secret = _secret()
    overlap = SpanField(
        least=0,
        most=30 * 86_400,
        label=_("The old one is good for"),
        help_text=_("0 s: it ends at once. At most 30 d."),
        initial=86_400,
    )

    def answers(self) -> dict[str, Any]:
        return self.cleaned_data
