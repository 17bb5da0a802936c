"""What is asked before a stretch of time is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import MomentField
from apps.integrations.policy.event_types import EVENT_TYPES


class ReplayForm(forms.Form):
    """`about()` gives what a job wants to know."""

    since = MomentField(label=_("From"), help_text=_("In UTC, by when we heard of it."))
    until = MomentField(label=_("Until"), help_text=_("In UTC; this moment itself is left out."))
    failed_only = forms.BooleanField(
        label=_("Failed ones only"),
        required=False,
        initial=True,
        help_text=_(
            "Without the tick: everything of that time, delivered ones too, and what was never sent "
            "here. The event ids stay the same, so a receiver that keeps to them takes each once."
        ),
    )
    types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(t, t) for types in EVENT_TYPES.values() for t in types if "*" not in t],
        help_text=_("None ticked: all that the destination wants to hear."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        now = timezone.now().replace(microsecond=0)
        kwargs["initial"] = {"since": now - timedelta(days=1), "until": now}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until <= since:
            self.add_error("until", _("It has to lie behind the beginning."))
        return data


class EnableForm(forms.Form):
    meanwhile = forms.BooleanField(
        label=_("Also send what happened meanwhile"),
        required=False,
        help_text=_("A worker makes up for it, in the order in which it happened."),
    )
