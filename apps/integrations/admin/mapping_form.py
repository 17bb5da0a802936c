"""The form of the mapping editor: an event on the left, the template, and why."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.events.models import Event
from apps.integrations.admin.fields import JsonField
from apps.integrations.policy.event_types import EVENT_TYPES
from apps.integrations.services.mappings import recent_events
from apps.integrations.services.targets import envelope

TYPES = [t for types in EVENT_TYPES.values() for t in types if "*" not in t]
FIRST = "return.completed"


class MappingForm(forms.Form):
    """`event()` gives the envelope that was chosen or pasted."""

    type = forms.ChoiceField(
        label=_("Type of event"), choices=[(one, one) for one in TYPES], required=False
    )
    chosen = forms.CharField(label=_("One of the last 20"), required=False, widget=forms.Select)
    pasted = JsonField(
        label=_("Or paste one"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"}),
    )
    template = JsonField(
        label=_("Template"),
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "class": "code"}),
    )
    note = forms.CharField(label=_("What changed"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recent = recent_events(self.wanted("type") or FIRST)
        # No choice field: one of another type is no mistake, the newest takes its place.
        self.fields["chosen"].widget.choices = [
            (str(event.pk), _label(event)) for event in self.recent
        ]

    def wanted(self, name: str) -> str:
        found = self.data.get(name) if self.is_bound else self.initial.get(name)
        return str(found or "")

    def event(self) -> dict[str, Any] | None:
        """What was pasted, else what was chosen, else the newest; None without any."""
        try:
            pasted = json.loads(self.wanted("pasted") or "null")
        except ValueError:  # said beside its field
            pasted = None
        if isinstance(pasted, dict):
            return pasted
        known = {str(event.pk): event for event in self.recent}
        event = known.get(self.wanted("chosen")) or (self.recent[0] if self.recent else None)
        return envelope(event) if event else None


def _label(event: Event) -> str:
    number = event.data.get("number") or event.data.get("receipt_number") or event.subject_id[:13]
    return f"{number}, {event.recorded_at:%d.%m. %H:%M:%S}"


def place_in(text: str, path: str) -> int:
    """The line of the template (from 1) where a path such as `$.lines[0].sku` stands, as far as the
    names in it can be followed; 1 when they cannot."""
    line, reached = 1, 0
    for name in path.replace("[", ".[").split(".")[1:]:
        found = text.find(f'"{name}"', reached) if not name.startswith("[") else -1
        if found >= 0:
            reached = found + 1
            line = text.count("\n", 0, found) + 1
    return line
