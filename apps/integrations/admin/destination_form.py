"""The form of a destination: what it wants to hear, when it is called, what happens when it fails."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.common.admin import section
from apps.common.keyring import UnreadableSecret
from apps.integrations.admin.fields import JsonField, ScheduleField, SpanField, StatusesField
from apps.integrations.models import Destination
from apps.integrations.policy.event_types import known_types
from apps.integrations.services.changing import SETTINGS, check_config, credential_names
from apps.integrations.states import DestinationKind
from apps.stores.models import Region, Store

CREDENTIALS: dict[str, tuple[str, ...]] = {
    DestinationKind.REST: (
        *("api_key", "username", "password", "token", "client_id", "client_secret"),
    ),
    DestinationKind.FILE: ("password", "private_key", "passphrase"),
    DestinationKind.TRYTON: ("key",),
}
"""What each kind may need to know to be let in."""


class DestinationForm(forms.ModelForm[Destination]):
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
        help_text=_("None chosen: all. Several with Ctrl or ⌘ held down."),
    )
    regions = forms.TypedMultipleChoiceField(
        label=_("Regions"),
        required=False,
        coerce=int,
        help_text=_("None chosen: all. Shop and region both have to fit."),
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
    config = JsonField(
        label=_("Settings of its kind"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "code"}),
        help_text=_("As JSON. Passwords and keys do not belong here: see Credentials."),
    )

    class Meta:
        model = Destination
        fields = sorted(SETTINGS)
        help_texts: ClassVar[dict[str, Any]] = {
            "sync_mode": _("A change counts at the next tick, within a second or two."),
            "regions": _("None chosen: all."),
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

    def clean_config(self) -> Any:
        config = self.cleaned_data["config"]
        try:
            check_config(self.instance.kind, config)
        except ValidationError as error:
            raise ValidationError(error.messages) from None
        return config

    def settings(self) -> dict[str, Any]:
        """What the form changed, for the service."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in SETTINGS}

    def credentials(self) -> dict[str, str]:
        """Those that were written; nothing stands in the form, so an empty field keeps what is."""
        names = CREDENTIALS.get(self.instance.kind, ())
        given = {name: self.cleaned_data.get(f"credential_{name}", "") for name in names}
        forgotten = self.cleaned_data.get("forget_credentials") or []
        return dict.fromkeys(forgotten, "") | {k: v for k, v in given.items() if v}

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def form_for(destination: Destination | None) -> type[forms.ModelForm[Destination]]:
    """The form with the credentials that a destination of this kind may need."""
    kind = destination.kind if destination else DestinationKind.WEBHOOK
    # A webhook has no settings of its own: the field is taken out.
    fields: dict[str, Any] = {"config": None} if kind == DestinationKind.WEBHOOK else {}
    for name in CREDENTIALS.get(kind, ()):
        fields[f"credential_{name}"] = forms.CharField(
            label=name.replace("_", " "),
            required=False,
            strip=name != "private_key",
            widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})
            if name == "private_key"
            else forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
    if destination and kind in CREDENTIALS:
        fields["forget_credentials"] = forms.MultipleChoiceField(
            label=_("Forget"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(name, name.replace("_", " ")) for name in _there(destination)],
        )
    return type("KindForm", (DestinationForm,), fields)


def sections(kind: str) -> Any:
    """The groups of the form, below what the page begins with."""
    secret = [f"credential_{name}" for name in CREDENTIALS.get(kind, ())]
    how: tuple[str, ...] = ("batch_size", "concurrency", "rate_per_minute", "timeout_seconds")
    if kind != DestinationKind.WEBHOOK:
        how = (*how, "config")
    groups = [
        section(
            _("What it wants to hear"),
            *("event_types", "stores", "regions", "return_scope", "least_amount_minor", "mapping"),
        ),
        section(
            _("When it is called"),
            *("sync_mode", "every_seconds", "daily_at", "daily_zone", "max_age_seconds", "ordered"),
        ),
        section(_("When it does not work"), "schedule", "permanent_statuses", "when_exhausted"),
        section(_("How it is called"), *how),
    ]
    if secret:
        title, options = section(_("Credentials"), *secret, "forget_credentials")
        said = _("They are kept encrypted and shown nowhere. An empty field keeps what is there.")
        groups.append((title, {**options, "description": said}))
    return groups


def _there(destination: Destination) -> list[str]:
    try:
        return credential_names(destination)
    except UnreadableSecret:  # the page "Encryption keys" says so; they can be replaced here
        return []
