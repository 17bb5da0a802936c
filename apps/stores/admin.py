"""Shops and regions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.common import display
from apps.common.admin import EVERYTHING, HistoryAdmin, section
from apps.common.admin.columns import column, flag, related
from apps.common.admin.filters import belongs, flagged
from apps.stores.models import Region, Store


@admin.register(Store)
class StoreAdmin(HistoryAdmin[Store]):
    shop_rule = "pk"
    restorable = EVERYTHING
    list_display = (
        "number",
        "name",
        related("region", _("region")),
        "currency",
        "timezone",
        "country",
        flag("sandbox", _("sandbox")),
    )
    list_select_related = ("region",)
    list_filter = (belongs("region", _("Region")), flagged("sandbox", _("Sandbox")))
    ordering = ("number",)
    search_paths = ("number", "name__icontains", "country__iexact")
    search_help_text = _("Shop number, name or country")
    formfield_overrides = {models.DateField: {"widget": forms.DateInput(attrs={"type": "date"})}}
    fieldsets = (
        section(None, "number", "name", "region"),
        (
            _("Where and in what money"),
            {
                "fields": ("country", "timezone", "currency", "language"),
                "description": _(
                    "Both decide about returns: change them only before the first sale."
                ),
            },
        ),
        (
            _("Cash"),
            {
                "fields": ("cash_increment_minor", "cash_mode"),
                "description": _("Where the smallest coins are gone, refunds in cash are rounded."),
            },
        ),
        section(_("Life"), "opened_on", "closed_on", "sandbox"),
    )
    empty_says = _("A shop has a number, a time zone and a currency; registers belong to one.")
    empty_first = _("Add the first shop.")


def _of_a_shop(shops: frozenset[int]) -> Q:
    return Q(pk__in=Store.objects.filter(pk__in=shops).values("region"))


@column("qty_shops", _("shops"))
def shops(region: Any) -> str:
    return display.count(len(region.shops))


@admin.register(Region)
class RegionAdmin(HistoryAdmin[Region]):
    shop_rule = staticmethod(_of_a_shop)
    restorable = EVERYTHING
    list_display = ("name", shops)
    ordering = ("name",)
    search_paths = ("name__icontains",)
    empty_says = _("A region groups shops, so that a policy can be set for all of them at once.")
    empty_first = _("Not needed until some shops have other rules than the rest.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        theirs = Store.objects.filter(region=OuterRef("pk")).values("pk")
        return super().get_queryset(request).annotate(shops=ArraySubquery(theirs))
