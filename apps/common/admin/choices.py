"""What forms offer to choose: words for no choice, and fields that only some answers need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import BaseForm, ChoiceField, ModelChoiceField
from django.utils.translation import gettext_lazy as _

CHOOSE = _("Please choose")
NONE = "\N{EN DASH}"


def name_blank(field: ChoiceField) -> None:
    """Django's row of dashes becomes a word, or one dash where no choice is needed."""
    text = CHOOSE if field.required else NONE
    if isinstance(field, ModelChoiceField):
        if field.empty_label is not None:
            field.empty_label = text
        return
    choices: list[Any] = list(field.choices)  # type: ignore[arg-type]
    if choices and choices[0][0] == "":
        field.choices = [("", text), *choices[1:]]


def show_for(form: BaseForm, chooser: str, fields: Mapping[str, Iterable[str]]) -> None:
    """Fields that only some answers to `chooser` need: a script puts the others away."""
    for name, answers in fields.items():
        if name in form.fields:
            widget: Any = form.fields[name].widget
            asked = getattr(widget, "widget", widget)  # in the admin's wrapper around a relation
            asked.attrs["data-shown-for"] = f"{chooser}={','.join(answers)}"
