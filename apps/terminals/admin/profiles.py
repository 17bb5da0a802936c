"""Profiles: what registers of one kind may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.admin import HistoryAdmin, everybodys
from apps.common.admin.columns import column
from apps.terminals.models import TerminalProfile
from apps.terminals.states import (
    Scope,
)


class ProfileForm(forms.ModelForm[TerminalProfile]):
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("scopes", "may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing that is not ticked. Holds from the next request of each register on."),
    )

    class Meta:
        model = TerminalProfile
        fields = ("name", "scopes", "rate_per_second", "burst", "return_limit_minor")


@column("may", pgettext_lazy("scopes", "may"))
def may(profile: TerminalProfile) -> str:
    names = dict(Scope.choices)
    return ", ".join(str(names.get(scope, scope)) for scope in profile.scopes)


@column("rate", _("limit"))
def rate(profile: TerminalProfile) -> str:
    if not profile.rate_per_second:
        return str(_("none"))
    text = _("%(rate)s a second, %(burst)s at once")
    return text % {"rate": profile.rate_per_second, "burst": profile.burst}


@admin.register(TerminalProfile)
class TerminalProfileAdmin(HistoryAdmin[TerminalProfile]):
    shop_rule = staticmethod(everybodys)
    form = ProfileForm
    list_display = ("name", may, rate)
    ordering = ("name",)
    search_paths = ("name__icontains",)
    empty_says = _("A profile says what registers of one kind may do.")
    empty_first = _("Add one before the first register.")

    def get_fields(self, request: HttpRequest, obj: TerminalProfile | None = None) -> Any:
        """Who only reads finds the scopes in words."""
        fields = self.form.Meta.fields
        if obj is None or self.has_change_permission(request, obj):
            return fields
        return tuple(may if name == "scopes" else name for name in fields)
