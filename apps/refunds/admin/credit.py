"""Store credit and gift cards, with their ledger."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common.admin import ReadOnlyAdmin, ReadOnlyInline, rows, section
from apps.common.admin.columns import (
    copyable,
    exactly,
    money,
    referred,
    related,
    when,
)
from apps.common.admin.filters import belongs, chosen
from apps.refunds.models import (
    StoreCredit,
    StoreCreditEntry,
)
from apps.refunds.states import RefundKind


class EntryInline(ReadOnlyInline[StoreCreditEntry, StoreCredit]):
    model = StoreCreditEntry
    verbose_name_plural = _("Its ledger")
    ordering = ("id",)
    fields = rows(
        exactly("at", _("when"), zone="account__store__timezone"),
        money("amount_minor", _("amount"), currency="account__currency"),
        referred("reference", _("reference")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoreCreditEntry]:
        return super().get_queryset(request).select_related("account__store")


@admin.register(StoreCredit)
class StoreCreditAdmin(ReadOnlyAdmin[StoreCredit]):
    """What we owe customers. The balance is the sum of its ledger, which is append-only."""

    shop_rule = "store_id"
    ordering = ("-id",)
    list_display = (
        "code",
        "kind",
        money("balance_minor", _("balance")),
        "store",
        "customer_ref",
        when("created_at", _("issued"), zone="store__timezone"),
    )
    list_select_related = ("store",)
    list_filter = (
        chosen(
            "kind",
            _("Kind"),
            [c for c in RefundKind.choices if c[0] in ("store_credit", "gift_card")],
        ),
        belongs("store", _("Issued by")),
    )
    search_paths = ("code", "customer_ref")
    search_help_text = _("Code or customer")
    inlines = (EntryInline,)
    fieldsets = (
        section(None, copyable("code", _("code")), "kind", money("balance_minor", _("balance"))),
        section(
            None,
            related("store", _("issued by")),
            "customer_ref",
            exactly("created_at", _("issued"), zone="store__timezone"),
        ),
    )
    empty_says = _(
        "Store credit is issued when a customer wants it, or when a card takes no money back."
    )
