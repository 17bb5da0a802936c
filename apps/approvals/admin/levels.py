"""Levels: up to which amount a role may approve, in each currency that the shops have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalLevel
from apps.common import display
from apps.common.admin import HistoryAdmin
from apps.common.admin.columns import column
from apps.common.money import MAX_MINOR, exponent
from apps.stores.models import Store

_PREFIX = "up_to_"


class LevelForm(forms.ModelForm[ApprovalLevel]):
    """One field for each currency; the fields are made by `form_for`."""

    currencies: tuple[str, ...] = ()

    class Meta:
        model = ApprovalLevel
        fields = ("name", "unlimited")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for currency in self.currencies:
            minor = self.instance.limits.get(currency)
            if minor is not None:
                self.initial[_PREFIX + currency] = Decimal(minor).scaleb(-exponent(currency))

    @property
    def changed_data(self) -> list[str]:
        """The amounts are one field of the level, so the trail knows them as one."""
        changed = super().changed_data
        amounts = [name for name in changed if name.startswith(_PREFIX)]
        others = [name for name in changed if name not in amounts]
        return [*others, "limits"] if amounts else others

    def save(self, commit: bool = True) -> ApprovalLevel:
        kept = {c: m for c, m in self.instance.limits.items() if c not in self.currencies}
        given = {c: self.cleaned_data[_PREFIX + c] for c in self.currencies}
        self.instance.limits = kept | {
            c: int(value.scaleb(exponent(c))) for c, value in given.items() if value is not None
        }
        return super().save(commit)


def form_for(level: ApprovalLevel | None) -> type[LevelForm]:
    """With an amount for every currency of a shop, and for those that the level has already."""
    used = set(Store.objects.values_list("currency", flat=True).distinct())
    currencies = tuple(sorted(used | set(level.limits if level else ())))
    fields = {_PREFIX + currency: _amount(currency) for currency in currencies}
    return type("LevelForm", (LevelForm,), {"currencies": currencies, **fields})


def _amount(currency: str) -> forms.DecimalField:
    digits = exponent(currency)
    return forms.DecimalField(
        label=_("Up to, in %(currency)s") % {"currency": currency},
        required=False, min_value=0, max_value=Decimal(MAX_MINOR).scaleb(-digits),
        decimal_places=digits, max_digits=18,
        help_text=_("Worth of the goods of one return. Empty: nothing in this currency."),
    )  # fmt: skip


@column("limits", _("up to"))
def up_to(level: ApprovalLevel) -> str:
    if level.unlimited:
        return display.badge(_("Any amount"), display.WAIT)
    return display.listed(display.money(minor, c) for c, minor in sorted(level.limits.items()))


@admin.register(ApprovalLevel)
class ApprovalLevelAdmin(HistoryAdmin[ApprovalLevel]):
    trail_name = "approval_level"
    list_display = ("name", up_to)
    ordering = ("name",)
    search_paths = ("name__icontains",)
    lead = _("What the roles in the shops may allow, by the worth of the goods of one return.")
    empty_says = _("A level says up to which amount somebody may approve a return.")
    empty_first = _("Add one, such as shift lead, before the first approver.")

    def get_form(
        self,
        request: HttpRequest,
        obj: ApprovalLevel | None = None,
        change: bool = False,
        **more: Any,
    ) -> Any:
        if self.has_change_permission(request, obj) or obj is None:
            more["form"] = form_for(obj)
            more["fields"] = None
            return more["form"]
        return super().get_form(request, obj, change, **more)

    def get_fieldsets(self, request: HttpRequest, obj: ApprovalLevel | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ("name", up_to)})]
        amounts = [name for name in form_for(obj).base_fields if name.startswith(_PREFIX)]
        return [(None, {"fields": ("name", "unlimited", *amounts)})]

    def get_readonly_fields(self, request: HttpRequest, obj: ApprovalLevel | None = None) -> Any:
        may = obj is None or self.has_change_permission(request, obj)
        return () if may else ("name", up_to)
