"""Profiles: what registers of one kind may do."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.common.admin import (
    HistoryAdmin,
)
from apps.common.admin.columns import column
from apps.terminals.models import TerminalProfile
from apps.terminals.states import (
    Scope,
)


class ProfileForm(forms.ModelForm[TerminalProfile]):
    scopes = forms.MultipleChoiceField(
        label=_("may"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing that is not ticked. Holds from the next request of each register on."),
    )

    class Meta:
        model = TerminalProfile
        fields = ("name", "scopes")


@column("may", _("may"))
def may(profile: TerminalProfile) -> str:
    names = dict(Scope.choices)
    return ", ".join(str(names.get(scope, scope)) for scope in profile.scopes)


@admin.register(TerminalProfile)
class TerminalProfileAdmin(HistoryAdmin[TerminalProfile]):
    form = ProfileForm
    list_display = ("name", may)
    ordering = ("name",)
    search_paths = ("name__icontains",)
    empty_says = _("A profile says what registers of one kind may do.")
    empty_first = _("Add one before the first register.")
