"""Rotation policies: how old a key may get, for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.common import display
from apps.common.admin import HistoryAdmin, section
from apps.common.admin.columns import column, flag
from apps.common.admin.filters import flagged
from apps.terminals.models import RotationPolicy, Terminal


class RegisterField(forms.CharField):
    """One register, written as people write it: `0042/03`. Thousands do not fit a drop-down."""

    def prepare_value(self, value: Any) -> Any:
        """From the key that the model holds; what somebody typed stays as it is."""
        if not isinstance(value, UUID):
            return value
        return str(Terminal.objects.select_related("store").get(pk=value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        shop, _sep, number = text.partition("/")
        found = Terminal.objects.filter(store__number=shop.strip(), number=number.strip())
        if terminal := found.select_related("store").first():
            return terminal
        raise forms.ValidationError(_("There is no register %(names)s.") % {"names": text})


class PolicyForm(forms.ModelForm[RotationPolicy]):
    terminal = RegisterField(
        label=_("Register"), required=False, help_text=_("For this register only, as 0042/03.")
    )

    class Meta:
        model = RotationPolicy
        fields = (
            "region", "store", "terminal", "every_days", "overlap_hours",
            "window_start", "window_end", "enabled",
        )  # fmt: skip
        labels = {
            "every_days": _("Days between keys"),
            "overlap_hours": _("Overlap in hours"),
            "window_start": _("Not before"),
            "window_end": _("Not after"),
        }
        help_texts = {
            "every_days": _(
                "No key gets older. Registers are told in the last two weeks of that time, or in the "
                "last third of a short one."
            ),
            "overlap_hours": _(
                "For so long the old key works beside the new one, from the new one's first use on."
            ),
            "window_start": _("Hour of each shop's own day. Empty: at any hour."),
            "window_end": _("Over midnight when it is the earlier one: 22:00 to 05:00."),
            "enabled": _("Untick to take the policy out of force without losing it."),
        }
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("window_start", "window_end")
        }


@column("says", _("what holds"))
def says(policy: RotationPolicy) -> str:
    """The policy in a sentence."""
    every = ngettext("A new key every day", "A new key every %(n)s days", policy.every_days)
    overlap = ngettext(
        "the old one works %(n)s hour beside it",
        "the old one works %(n)s hours beside it",
        policy.overlap_hours,
    )
    text = f"{every % {'n': policy.every_days}}; {overlap % {'n': policy.overlap_hours}}"
    if policy.window_start and policy.window_end:
        between = _("between %(start)s and %(end)s in the shop")
        hours = {
            "start": f"{policy.window_start:%H:%M}",
            "end": f"{policy.window_end:%H:%M}",
        }
        text = f"{text}; {between % hours}"
    return f"{text}."


@column("for_whom", _("for"))
def for_whom(policy: RotationPolicy) -> str:
    return str(policy)


@column("kind", _("kind"))
def kind(policy: RotationPolicy) -> str:
    for name, word in (("terminal", _("register")), ("store", _("shop")), ("region", _("region"))):
        if getattr(policy, f"{name}_id"):
            return display.muted(word)
    return display.muted(_("everybody"))


@admin.register(RotationPolicy)
class RotationPolicyAdmin(HistoryAdmin[RotationPolicy]):
    """The narrowest counts: that of the register, its shop, its region, everybody's."""

    form = PolicyForm
    trail_name = "rotation_policy"
    list_display = (for_whom, kind, says, flag("enabled", _("in force"), tone=display.GOOD))
    list_select_related = ("region", "store", "terminal__store")
    list_filter = (flagged("enabled", _("In force")),)
    ordering = ("id",)
    search_paths = ("store__number", "region__name__icontains", "terminal__store__number")
    search_help_text = _("Shop number or region")
    lead = _(
        "Registers renew their keys by themselves, in the last two weeks of the time given here. Of "
        "several policies the narrowest counts: register before shop before region before all."
    )
    empty_says = _(
        "A policy says how old a key may get. Without one, keys are renewed by order only."
    )
    empty_first = _("Add one for all registers, such as every 90 days.")
    fieldsets = (
        (
            _("For whom"),
            {
                "fields": ("region", "store", "terminal"),
                "description": _(
                    "One of the three, or none of them: then it is for all registers."
                ),
            },
        ),
        section(_("What holds"), "every_days", "overlap_hours", "window_start", "window_end"),
        section(None, "enabled"),
    )
