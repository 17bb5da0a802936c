"""Which policy decides for a shop and a channel, and why the others do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.common.admin.choices import CHOOSE
from apps.common.admin.scope import Shops, within
from apps.returns.models import ReturnPolicy
from apps.returns.services.choosing import Candidate, candidates_for
from apps.returns.states import PolicyScope
from apps.sales.states import Channel
from apps.stores.models import Store

_BREADTH = {PolicyScope.STORE: 0, PolicyScope.REGION: 1, PolicyScope.ALL: 2}


class PlaceForm(forms.Form):
    store = forms.ModelChoiceField(
        Store.objects.none(),
        label=gettext_lazy("Shop that takes the goods back"),
        empty_label=CHOOSE,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Bought"),
        required=False,
        choices=[("", gettext_lazy("without a known sale")), *Channel.choices],
    )


def show(request: HttpRequest, opts: Any, shops: Shops) -> HttpResponse:
    """For one of the shops that the person may see."""
    only = next(iter(shops)) if shops and len(shops) == 1 else None
    form = PlaceForm(request.GET or None, initial={"store": only, "channel": Channel.STORE})
    stores = cast("forms.ModelChoiceField[Store]", form.fields["store"])
    stores.queryset = within(Store.objects.order_by("number"), "pk", shops)
    found: list[tuple[Candidate, str, bool]] = []
    asked = bool(request.GET) and form.is_valid()
    if asked:
        found = _explained(candidates_for(form.cleaned_data["store"], form.cleaned_data["channel"]))
    context = {
        **admin.site.each_context(request),
        "opts": opts,
        "title": _("Which policy decides?"),
        "form": form,
        "found": found,
        "asked": asked,
        "decides": any(decides for _one, _why, decides in found),
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/returns/which.html", context)


def _explained(candidates: Sequence[Candidate]) -> list[tuple[Candidate, str, bool]]:
    """Each with why it decides or not; the first that has something in force decides."""
    first = next((one for one in candidates if one.in_force), None)
    found = []
    for one in candidates:
        if one.in_force is None:
            why = _("Nothing of it is in force.")
        elif one is first:
            why = _("It is the first of these that is in force.")
        else:
            assert first is not None
            why = _why(first.policy, one.policy)
        found.append((one, why, one is first))
    return found


def _why(first: ReturnPolicy, other: ReturnPolicy) -> str:
    """What puts the one before the other, in the order in which it counts."""
    said = {"name": first.name, "priority": first.priority, "own": other.priority}
    if first.priority != other.priority:
        return _("“%(name)s” has the higher priority: %(priority)s against %(own)s.") % said
    if _BREADTH[PolicyScope(first.scope)] != _BREADTH[PolicyScope(other.scope)]:
        return _("“%(name)s” is for fewer shops, at the same priority.") % said
    if bool(first.channel) != bool(other.channel):
        return _("“%(name)s” is for this channel alone.") % said
    return _("“%(name)s” was there first; nothing else tells the two apart.") % said
