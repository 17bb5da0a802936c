"""What a kind of destination asks of people: its settings and credentials, in groups, with words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

ShownFor = tuple[str, tuple[str, ...]]
"""The place of a choice, and the answers with which a field makes sense."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of the form, and its place in the settings. Empty is left out, unless `keeps_empty`."""

    place: str  # such as auth.kind
    make: Callable[[], forms.Field]
    default: Any = ""
    keeps_empty: bool = False
    shown_for: ShownFor | None = None

    @property
    def name(self) -> str:
        return f"set_{self.place.replace('.', '_')}"

    def read(self, config: Mapping[str, Any]) -> Any:
        """What stands there, else the default."""
        here: Any = config
        for part in self.place.split("."):
            here = here.get(part) if isinstance(here, dict) else None
        return self.default if here is None else here

    def write(self, config: dict[str, Any], value: Any) -> None:
        """Only what differs from what was there; an emptied part is taken out."""
        if value == self.read(config):
            return
        *way, last = self.place.split(".")
        parts = [config]
        for part in way:
            parts.append(parts[-1].setdefault(part, {}))
        if value in ("", None, [], {}) and not self.keeps_empty:
            parts[-1].pop(last, None)
        else:
            parts[-1][last] = value
        for name in reversed(way):  # an emptied part goes too
            if not parts.pop():
                parts[-1].pop(name)


@dataclass(frozen=True, slots=True)
class Credential:
    """Written, kept encrypted, never shown."""

    place: str
    label: Any
    help: Any = ""
    many_lines: bool = False
    open: bool = False  # a user name may be seen while it is typed
    shown_for: ShownFor | None = None

    @property
    def name(self) -> str:
        return f"credential_{self.place}"

    def make(self) -> forms.Field:
        if self.many_lines:
            box: forms.Widget = forms.Textarea(
                attrs={"rows": 4, "autocomplete": "off", "class": "code"}
            )
        elif self.open:
            box = forms.TextInput(attrs={"autocomplete": "off"})
        else:
            box = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(
            label=self.label,
            required=False,
            strip=self.open,
            widget=box,
            help_text=self.help,
            max_length=16_000,
        )


@dataclass(frozen=True, slots=True)
class Group:
    title: Any
    fields: Sequence[Setting | Credential]
    description: Any = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """`about`: what it is for, for people who choose. `starts`: settings of a new destination."""

    about: Any
    groups: Sequence[Group] = ()
    starts: Mapping[str, Any] = field(default_factory=dict)
    missing: Callable[[Mapping[str, Any], Collection[str]], list[str]] = lambda config, there: []
    """The credentials that these settings need and that are not there."""

    @property
    def settings(self) -> list[Setting]:
        return [one for group in self.groups for one in group.fields if isinstance(one, Setting)]

    @property
    def credentials(self) -> list[Credential]:
        return [one for group in self.groups for one in group.fields if isinstance(one, Credential)]

    def config(self, before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with what was filled in; what the form does not know stays."""
        config = deepcopy(dict(before))
        for one in self.settings:
            if one.name in values:
                one.write(config, values[one.name])
        return config


def text(
    label: Any, help: Any = "", *, wide: bool = True, **attrs: str
) -> Callable[[], forms.Field]:
    size = {} if wide else {"size": "20"}
    widget = {"spellcheck": "false", "autocomplete": "off", **size, **attrs}
    return lambda: forms.CharField(
        label=label, help_text=help, required=False, widget=forms.TextInput(attrs=widget)
    )


def choice(
    label: Any, choices: Sequence[tuple[str, Any]], help: Any = ""
) -> Callable[[], forms.Field]:
    """Without an answer it stays as it is."""
    return lambda: forms.ChoiceField(label=label, help_text=help, required=False, choices=choices)


def number(label: Any, help: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.IntegerField(label=label, help_text=help, required=False)


def flag(label: Any, help: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.BooleanField(label=label, help_text=help, required=False)


def zone(help: Any) -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(
        label=_("Time zone"),
        help_text=help,
        required=False,
        choices=[(one, one) for one in sorted(available_timezones())],
    )
