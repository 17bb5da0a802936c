"""The part of a destination's form that depends on its kind: settings and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from apps.common.admin.columns import column
from apps.common.keyring import UnreadableSecret
from apps.integrations.admin.kinds import KINDS, Credential, Group, Kind
from apps.integrations.models import Destination
from apps.integrations.policy.settings import Complaint
from apps.integrations.services.configuring import config_problems, credential_names

KEPT = _("Kept encrypted, shown nowhere. An empty field keeps what is there.")


class KindForm(forms.ModelForm[Destination]):
    """Base of the forms for adding and changing. `kind_name` says of which kind it is."""

    kind_name: str
    kept_config: Mapping[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The instance is changed while the form is judged; this is as it was.
        self.kept_config = dict(self.instance.config or {})
        for one in self.kind.settings:
            self.initial[one.name] = one.read(self.kept_config)

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.kind.settings and not any(name.startswith("set_") for name in self.errors):
            for sentence in config_problems(self.kind_name, self.config()):
                self._complain(sentence)
        for name in self.kind.missing(self.config(), self._credentials_there()):
            if f"credential_{name}" not in self.errors:
                self.add_error(f"credential_{name}", _("It is needed, and not there yet."))
        return cleaned

    def config(self) -> dict[str, Any]:
        """The settings of its kind, as they are to be."""
        return self.kind.config(self.kept_config, self.cleaned_data)

    def credentials(self) -> dict[str, str]:
        """Those that were written; nothing stands in the form, so an empty field keeps what is."""
        given = {one.place: self.cleaned_data.get(one.name, "") for one in self.kind.credentials}
        forgotten = self.cleaned_data.get("forget_credentials") or []
        return dict.fromkeys(forgotten, "") | {k: v for k, v in given.items() if v}

    def _credentials_there(self) -> set[str]:
        changes = self.credentials()
        there = {*credentials_there(self.instance), *changes}
        return {name for name in there if changes.get(name, "kept")}

    def _complain(self, sentence: str) -> None:
        """Beside the field that it is about, in the words of that field."""
        about = getattr(sentence, "about", "") if isinstance(sentence, Complaint) else ""
        # `taxes.VAT-S` is a line of the field `taxes`.
        field = next((one for one in self.kind.settings if one.place == about), None) or next(
            (one for one in self.kind.settings if one.place == about.split(".")[0]), None
        )
        if field is None or field.name not in self.fields:
            self.add_error(None, str(sentence))
            return
        key, label = field.place.rpartition(".")[2], self.fields[field.name].label
        part = f"{field.place.rpartition('.')[0]}: "
        said = str(sentence).removeprefix(part).replace(f"“{key}”", f"“{label}”", 1)
        self.add_error(field.name, said)


def credentials_there(destination: Destination) -> list[str]:
    """Their names; none where they cannot be read, since they are to be replaced then."""
    try:
        return credential_names(destination)
    except UnreadableSecret:  # the page "Encryption keys" says so
        return []


def kind_fields(kind_name: str) -> dict[str, forms.Field]:
    """The fields of a kind, by name; a script shows those that fit the choices."""
    made = {}
    for group in KINDS[kind_name].groups:
        for one in group.fields:
            field = one.make()
            if one.shown_for:
                place, answers = one.shown_for
                field.widget.attrs["data-shown-for"] = f"{place}={','.join(answers)}"
            made[one.name] = field
    return made


def kind_sections(kind_name: str) -> list[Any]:
    """Its groups as the admin wants them."""
    return [_section(group) for group in KINDS[kind_name].groups]


def _section(group: Group) -> Any:
    secret = any(isinstance(one, Credential) for one in group.fields)
    options = {
        "fields": tuple(one.name for one in group.fields),
        "classes": ("collapse",) if group.folded else (),
        "description": group.description or (KEPT if secret else ""),
    }
    return (group.title, options)


@column("kind_settings", _("settings"))
def kind_settings(destination: Destination) -> str:
    """For those who only look: what is set, in words; of credentials their names."""
    kind = KINDS[destination.kind]
    said = [
        (field.label, _in_words(field, value))
        for one in kind.settings
        if (value := one.read(destination.config)) not in ("", None, {}, [])
        for field in [one.make()]
    ]
    there = set(credentials_there(destination))
    said += [(one.label, _("is there")) for one in kind.credentials if one.place in there]
    rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', said)
    return format_html('<table class="pairs"><tbody>{}</tbody></table>', rows)


def _in_words(field: forms.Field, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return dict(choices).get(value, value)
    return ", ".join(str(field.prepare_value(value)).splitlines())
