"""Web shops whose orders become sales here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import (
    AskingAdmin,
    HistoryAdmin,
    ReadOnlyInline,
    actor_of,
    rows,
    section,
)
from apps.common.admin.columns import column, copyable, exactly, related, state, when
from apps.common.admin.filters import chosen
from apps.integrations import services
from apps.integrations.admin.columns import STATUS, kept
from apps.integrations.admin.shop_acts import (
    DISABLE,
    ENABLE,
    END_OLD,
    ROTATE,
    address_of,
    secret_page,
)
from apps.integrations.admin.shop_form import NewShopForm, ShopForm
from apps.integrations.models import WebShop, WebShopSecret
from apps.integrations.policy.shopify import TOPICS
from apps.integrations.states import SIGNING, ShopStatus

_STATE = state("status", _("status"), {ShopStatus.ACTIVE: display.GOOD})


class SecretInline(ReadOnlyInline[WebShopSecret, WebShop]):
    model = WebShopSecret
    verbose_name_plural = _("Secrets")
    ordering = ("-created_at",)
    fields = rows(
        copyable("hint", _("begins with")), STATUS, when("created_at", _("made")),
        when("not_after", _("good until")), kept,
    )  # fmt: skip


@column("address", _("address for webhooks"))
def address(shop: WebShop) -> str:
    return display.copyable(address_of(shop))


@column("topics", _("topics to subscribe to"))
def topics(shop: WebShop) -> str:
    return display.listed(display.code(topic) for topic in TOPICS)


@column("state_bad", _("bad signatures"))
def bad_signatures(shop: WebShop) -> str:
    health = shop.health
    if not health.bad_signatures:
        return display.muted(_("none"))
    return format_html(
        "{} {}", display.count(health.bad_signatures), display.moment(health.last_bad_at)
    )


@admin.register(WebShop)
class WebShopAdmin(AskingAdmin[WebShop], HistoryAdmin[WebShop]):
    """Added with its secret and with a register of its own; both change by buttons only."""

    acts = (ROTATE, END_OLD, ENABLE, DISABLE)
    trail_name = "web_shop"
    ordering = ("name",)
    list_display = ("name", _STATE, related("store", _("shop")), "receipt_prefix",
                    when("health__last_received_at", _("last message")), bad_signatures)  # fmt: skip
    list_filter = (chosen("status", _("Status"), ShopStatus.choices),)
    search_paths = ("name__icontains", "domain__icontains", "receipt_prefix", "pk")
    search_help_text = _("Name, domain or prefix")
    inlines = (SecretInline,)
    lead = _(
        "Shopify shops whose paid orders are sales here, so that any register can return them."
    )
    empty_says = _("A web shop posts its orders here; once paid, they become sales.")
    empty_first = _(
        "Add a shop (Settings) for online sales first, then the web shop with the secret that it "
        "signs with."
    )
    fieldsets = (
        section(None, "name", _STATE, address, topics),
        section(
            _("Its orders"), related("store", _("shop")), related("terminal", _("register")),
            "receipt_prefix", "domain", "gateways",
        ),
        section(
            _("About it"), exactly("health__last_received_at", _("last message")), bad_signatures,
            copyable("id", _("id")), exactly("created_at", _("added")),
        ),
    )  # fmt: skip
    add_fieldsets = (
        section(None, "name", "store", "receipt_prefix", "domain", "secret"),
        section(_("Ways to pay"), "gateways", folded=True),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebShop]:
        good = WebShopSecret.objects.filter(status__in=SIGNING)
        found = super().get_queryset(request).select_related("store", "terminal__store", "health")
        return found.prefetch_related(Prefetch("secrets", good))

    def get_form(
        self, request: HttpRequest, obj: WebShop | None = None, change: bool = False, **more: Any
    ) -> Any:
        more["form"] = ShopForm if obj else NewShopForm
        return super().get_form(request, obj, change, **more)

    def get_fieldsets(self, request: HttpRequest, obj: WebShop | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: WebShop | None = None) -> Any:
        if obj is None:
            return ()
        shown = [name for _title, options in self.fieldsets for name in options["fields"]]
        return (*(name for name in shown if callable(name)), "receipt_prefix")

    def get_inlines(self, request: HttpRequest, obj: WebShop | None) -> Any:
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: WebShop | None = None) -> bool:
        """Never: sales came through it. It can be disabled."""
        return False

    def save_model(
        self, request: HttpRequest, obj: WebShop, form: ModelForm[WebShop], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        given = form.cleaned_data["secret"]
        made, secret = services.add_shop(
            name=obj.name, store=obj.store, receipt_prefix=obj.receipt_prefix, domain=obj.domain,
            gateways=obj.gateways, secret=given, actor=actor_of(request), now=timezone.now(),
        )  # fmt: skip
        obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False
        obj.terminal = made.terminal
        request.first_secret = "" if given else secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebShop, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page that shows a secret that was made here, this once."""
        if secret := request.first_secret:  # type: ignore[attr-defined]
            return secret_page(request, obj, secret)
        return super().response_add(request, obj, *args, **kwargs)
