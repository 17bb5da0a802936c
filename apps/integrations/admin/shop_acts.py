"""What staff do to web shops. Each calls one service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.admin import Act, ActingAdmin, AskingAct, actor_of, answers
from apps.integrations import services
from apps.integrations.admin.shop_form import RotateForm
from apps.integrations.models import WebShop
from apps.integrations.states import SecretStatus, ShopStatus


def address_of(shop: WebShop) -> str:
    """Where it posts its webhooks to."""
    return f"{settings.PUBLIC_URL}{reverse('inbound-shopify', args=[shop.pk])}"


def secret_page(request: HttpRequest, shop: WebShop, secret: str) -> HttpResponse:
    """The one page that ever shows a secret, and only one that was made here."""
    owner = cast(ActingAdmin[WebShop], admin.site._registry[WebShop])
    page = owner.act_page(
        request, shop, ROTATE, "admin/integrations/shop_secret.html",
        secret=secret, address=address_of(shop),
    )  # fmt: skip
    page["Cache-Control"] = "no-store"
    return page


def _rotate(request: HttpRequest, shop: WebShop) -> Any:
    said = answers(request)
    secret = services.rotate_shop_secret(
        shop, secret=said["secret"], overlap=timedelta(seconds=said["overlap"]),
        actor=actor_of(request), now=timezone.now(),
    )  # fmt: skip
    if said["secret"]:
        return _("The new secret counts from now on.")
    return secret_page(request, shop, secret)


def _end_old(request: HttpRequest, shop: WebShop) -> Any:
    services.end_old_shop_secret(shop, actor=actor_of(request), now=timezone.now())
    return _("The old secret is good no more.")


def _set(to: ShopStatus) -> Any:
    def run(request: HttpRequest, shop: WebShop) -> Any:
        services.set_shop_status(shop, to, actor=actor_of(request), now=timezone.now())
        return _("%(name)s: %(status)s.") % {"name": shop, "status": to.label}

    return run


def _overlaps(shop: WebShop) -> bool:
    return any(one.status == SecretStatus.RETIRING for one in shop.secrets.all())


ROTATE = AskingAct(
    "rotate-secret",
    _("Rotate the secret"),
    lambda shop: _("From now on a message may be signed with the new secret or with the old one."),
    _rotate,
    fits=lambda shop: not _overlaps(shop),
    form=lambda shop: RotateForm,
)


END_OLD = Act(
    "end-old-secret",
    _("End the old secret now"),
    lambda shop: (
        _(
            "From now on messages of %(name)s have to be signed with the new secret; others are "
            "refused. This cannot be taken back."
        )
        % {"name": shop}
    ),
    _end_old,
    fits=_overlaps,
    danger=True,
)


DISABLE = Act(
    "disable",
    _("Disable"),
    lambda shop: (
        _(
            "Messages of %(name)s are answered with 404 until you enable it again. Shopify tries for "
            "some hours, and may then remove its webhooks."
        )
        % {"name": shop}
    ),
    _set(ShopStatus.DISABLED),
    fits=lambda shop: shop.status == ShopStatus.ACTIVE,
    danger=True,
)


ENABLE = Act(
    "enable",
    _("Enable"),
    lambda shop: _("Messages of %(name)s are taken in again.") % {"name": shop},
    _set(ShopStatus.ACTIVE),
    fits=lambda shop: shop.status == ShopStatus.DISABLED,
)
