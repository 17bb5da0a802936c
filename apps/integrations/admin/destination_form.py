"""The forms of a destination: what it wants to hear, when it is called, what happens when it fails."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.admin import section
from apps.common.admin.choices import show_for
from apps.integrations.admin.fields import ScheduleField, SpanField, StatusesField
from apps.integrations.admin.kind_form import (
    KindForm,
    credentials_there,
    kind_fields,
    kind_sections,
)
from apps.integrations.admin.kinds import KINDS
from apps.integrations.models import Destination
from apps.integrations.policy.event_types import known_types
from apps.integrations.services.changing import SETTINGS
from apps.integrations.states import WITHOUT_ADDRESS, SyncMode
from apps.stores.models import Region, Store

_TIMED = {"every_seconds": ["every"], "daily_at": ["daily"], "daily_zone": ["daily"]}


class DestinationForm(KindForm):
    """Of the page of a destination: everything that can be set."""

    event_types = forms.TypedMultipleChoiceField(
        label=_("Events"),
        required=False,
        coerce=str,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None ticked: all, those of later versions included. “return.*” is everything about "
            "returns."
        ),
    )
    stores = forms.TypedMultipleChoiceField(
        label=_("Shops"),
        required=False,
        coerce=str,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all."),
    )
    regions = forms.TypedMultipleChoiceField(
        label=_("Regions"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all. Shop and region both have to fit."),
    )
    every_seconds = SpanField(
        least=5,
        most=86_400,
        label=_("Every"),
        help_text=_("For “Every so often”: 30 s, 5 min, 2 h. What waits then goes out in one run."),
    )
    max_age_seconds = SpanField(
        least=10,
        most=7 * 86_400,
        label=_("Late after"),
        help_text=_("How long an event may wait before this destination shows red."),
    )
    daily_at = forms.TimeField(
        label=_("Daily at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("For “Daily”."),
    )
    daily_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Whose clock “Daily at” means, summer time included.")
    )
    schedule = ScheduleField(
        label=_("Attempts"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "The wait before each attempt, the first included, with commas between them. Each is "
            "made up to 20 % longer or shorter, so that not all come back at one moment."
        ),
    )
    permanent_statuses = StatusesField(
        label=_("Answers that no repetition heals"),
        required=False,
        help_text=_("HTTP statuses such as 400, 422: to the error queue after three attempts."),
    )

    class Meta:
        model = Destination
        fields = sorted(SETTINGS - {"config"})
        help_texts: ClassVar[dict[str, Any]] = {
            "sync_mode": _("A change counts at the next tick, within a second or two."),
            "when_exhausted": _(
                "In the error queue it waits for a person. Paused, what happens is kept as well."
            ),
            "concurrency": _("How many workers may call it at one moment, 1 to 16."),
            "timeout_seconds": _("Seconds, 1 to 60, from the first byte to the last."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = known_types() + [t for t in self.instance.event_types if t not in known_types()]
        self._offer("event_types", [(one, one) for one in offered])
        shops = Store.objects.order_by("number").values_list("number", "name")
        self._offer("stores", [(number, f"{number} {name}") for number, name in shops])
        self._offer("regions", list(Region.objects.order_by("name").values_list("pk", "name")))
        self._offer("daily_zone", [(zone, zone) for zone in sorted(available_timezones())])
        show_for(self, "sync_mode", _TIMED)

    def settings(self) -> dict[str, Any]:
        """What the form changed, for the service."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in SETTINGS}
        config = self.config()
        return changed if config == self.kept_config else {**changed, "config": config}

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class AddForm(KindForm):
    """For a new one: what it is, what it hears, when; the rest has defaults, and is on its page."""

    event_types = forms.TypedMultipleChoiceField(
        label=_("Events"),
        required=False,
        coerce=str,
        widget=forms.CheckboxSelectMultiple,
        choices=[(one, one) for one in known_types()],
        help_text=_("None ticked: all, those of later versions included."),
    )
    sync_mode = forms.ChoiceField(
        label=_("Sent"),
        required=False,
        choices=SyncMode.choices,
        help_text=_("“Daily” is at 02:00, until you set another time on its page."),
    )
    every_seconds = SpanField(
        least=5, most=86_400, label=_("Every"), required=False,
        help_text=_("For “Every so often”: 30 s, 5 min, 2 h."),
    )  # fmt: skip

    class Meta:
        model = Destination
        fields: ClassVar[list[str]] = ["name", "url", "event_types", "mapping", "sync_mode",
                                       "every_seconds", "ordered"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind_name
        self.initial["every_seconds"] = self.instance.every_seconds
        show_for(self, "sync_mode", _TIMED)
        self.initial.update({k: v for k, v in self.kind.starts.items() if k in self.fields})

    def settings(self) -> dict[str, Any]:
        """What was filled in, over what its kind begins with."""
        hidden = {k: v for k, v in self.kind.starts.items() if k not in self.fields}
        names = ("event_types", "mapping", "sync_mode", "every_seconds", "ordered")
        given = {name: self.cleaned_data[name] for name in names}
        said = {name: value for name, value in given.items() if value not in ("", None)}
        return {**hidden, **said, "config": self.config()}


def form_to_add(kind: str) -> type[AddForm]:
    fields: dict[str, Any] = {"kind_name": kind, **kind_fields(kind)}
    if kind in WITHOUT_ADDRESS:
        fields["url"] = None
    return type("KindAddForm", (AddForm,), fields)


def sections_to_add(kind: str) -> list[Any]:
    address = () if kind in WITHOUT_ADDRESS else ("url",)
    return [
        (None, {"fields": ("name", *address), "description": KINDS[kind].about}),
        *kind_sections(kind),
        section(_("What it wants to hear"), "event_types", "mapping"),
        section(_("When it is called"), "sync_mode", "every_seconds", "ordered"),
    ]


def form_for(destination: Destination) -> type[DestinationForm]:
    """The form with what a destination of this kind is asked for."""
    kind = destination.kind
    fields: dict[str, Any] = {"kind_name": kind, **kind_fields(kind)}
    if kind in WITHOUT_ADDRESS:
        fields["url"] = None
    if there := credentials_there(destination):
        labels = {one.place: one.label for one in KINDS[kind].credentials}
        fields["forget_credentials"] = forms.MultipleChoiceField(
            label=_("Forget"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(name, labels.get(name, name)) for name in there],
            help_text=_("What is there. A tick takes it away when you save."),
        )
    return type("KindChangeForm", (DestinationForm,), fields)


def sections_for(destination: Destination) -> list[Any]:
    """The groups of the form, below how it is doing."""
    kind = destination.kind
    address = () if kind in WITHOUT_ADDRESS else ("url",)
    forget = [section(_("Credentials that are there"), "forget_credentials")]
    return [
        section(None, "name", *address),
        *kind_sections(kind),
        *(forget if credentials_there(destination) else []),
        section(
            _("What it wants to hear"),
            *("event_types", "stores", "regions", "return_scope", "least_amount_minor", "mapping"),
        ),
        section(
            _("When it is called"),
            *("sync_mode", "every_seconds", "daily_at", "daily_zone", "max_age_seconds", "ordered"),
        ),
        section(_("When it does not work"), "schedule", "permanent_statuses", "when_exhausted"),
        section(
            _("How much at once"), "batch_size", "concurrency", "rate_per_minute", "timeout_seconds"
        ),
    ]
