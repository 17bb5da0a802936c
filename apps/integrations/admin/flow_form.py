"""The form of a sync flow: what it reads, when, how it asks, and what the answers mean."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.admin.choices import show_for
from apps.common.keyring import UnreadableSecret
from apps.integrations.admin.fields import PairsField, SpanField
from apps.integrations.models import SyncFlow
from apps.integrations.policy.access import WORDS, check_access
from apps.integrations.policy.pulling import path_problem
from apps.integrations.policy.records import ITEM_WORDS, LEVEL_WORDS, template_problems
from apps.integrations.services.flows import credentials_of
from apps.integrations.states import FlowKind

_SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})
_LABELS: dict[str, Any] = {
    "header": _("Name of the header"),
    "value": _("Key"),
    "username": _("User name"),
    "password": _("Password"),
    "token": _("Token"),
}
_TIMED = {"every_seconds": ["every"], "daily_at": ["daily"], "daily_zone": ["daily"]}
_BY_TIME = {"since_name": ["since"], "overlap_seconds": ["since"], "changed_path": ["since"]}
_OPEN = {"header", "username"}
CREDENTIALS = tuple(f"credential_{word}" for word in _LABELS)


def _field(word: str) -> forms.CharField:
    widget = forms.TextInput() if word in _OPEN else _SECRET
    return forms.CharField(
        label=_LABELS[word], required=False, max_length=2_000, strip=word != "password",
        widget=widget,
    )  # fmt: skip


class FlowForm(forms.ModelForm[SyncFlow]):
    every_seconds = SpanField(
        least=5, most=86_400, label=_("Every"), help_text=_("For “Every so often”: 30 s, 5 min, 2 h.")
    )  # fmt: skip
    max_age_seconds = SpanField(
        least=10,
        most=7 * 86_400,
        label=_("Late after"),
        help_text=_("How long the last complete reading may be ago before this flow shows red."),
    )
    overlap_seconds = SpanField(
        least=0,
        most=86_400,
        label=_("Overlap"),
        help_text=_(
            "By time: so much is asked for again each time, since changes can be committed late."
        ),
    )
    behind_seconds = SpanField(
        least=0,
        most=7 * 86_400,
        label=_("Runs behind by"),
        help_text=_(
            "Stock: how long the source takes to hear of what moves here. What moved within that "
            "time is counted on top of its figures."
        ),
    )
    daily_at = forms.TimeField(
        label=_("Daily at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("For “Daily”."),
    )
    daily_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Whose clock “Daily at” means, summer time included.")
    )
    template = PairsField(
        between=":",
        rows=9,
        label=_("Mapping"),
        required=False,
        help_text=_(
            "One word of ours a line, then = and where it stands in the record (JMESPath), such as "
            "“sku: =article.number”; without = it is meant as it is written. Empty: the record says it "
            "in our words. Items: sku, name, gtin, category, unit, returnable, serial_tracked, "
            "hazardous, recalled. Stock: store, sku, on_hand, as_of."
        ),
    )

    class Meta:
        model = SyncFlow
        exclude = ("status", "created_at")  # noqa: DJ006
        help_texts: ClassVar[dict[str, Any]] = {
            "timing": _("A change counts at the next tick, within a second or two."),
            "page_size": _("At most so many are asked for at once, 1 to 2000."),
            "size_name": _("Empty: the size is not asked for."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:  # fields that are written out here know no defaults
            for name in ("every_seconds", "max_age_seconds", "overlap_seconds", "behind_seconds",
                         "daily_at", "daily_zone"):  # fmt: skip
                self.initial.setdefault(name, getattr(self.instance, name))
        words = {f"credential_{w}": [k for k, of in WORDS.items() if w in of] for w in _LABELS}
        show_for(self, "access", words)
        show_for(self, "timing", _TIMED)
        show_for(self, "paging", _BY_TIME)
        show_for(self, "kind", {"behind_seconds": ["stock"]})
        zones = [(zone, zone) for zone in sorted(available_timezones())]
        if "daily_zone" in self.fields:
            self.fields["daily_zone"].choices = zones  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or self.instance.kind
        words = ITEM_WORDS if kind == FlowKind.CATALOGUE else LEVEL_WORDS
        for sentence in template_problems(cleaned.get("template") or {}, words):
            self.add_error("template", sentence)
        for name in ("records_path", "next_path", "changed_path"):
            if problem := path_problem(cleaned.get(name) or ""):
                self.add_error(name, problem)
        access = cleaned.get("access", self.instance.access)
        for sentence in check_access(access, self.credentials()):
            self.add_error("access", sentence)
        return cleaned

    def credentials(self) -> dict[str, str]:
        """What was written, and what stands already for the same kind of access."""
        access = self.cleaned_data.get("access", "")
        words = WORDS.get(access, ())
        given = {word: self.cleaned_data.get(f"credential_{word}") or "" for word in words}
        kept = self._kept() if "access" not in self.changed_data else {}
        merged = {word: given[word] or kept.get(word, "") for word in words}
        return {word: value for word, value in merged.items() if value}

    @property
    def has_new_credentials(self) -> bool:
        return bool({"access", *CREDENTIALS} & set(self.changed_data))

    def _kept(self) -> dict[str, str]:
        try:
            return credentials_of(self.instance) if self.instance.pk else {}
        except UnreadableSecret:  # they can be replaced here
            return {}


FullFlowForm = type("FullFlowForm", (FlowForm,), {f"credential_{w}": _field(w) for w in _LABELS})
"""With fields for credentials: written, never shown."""
