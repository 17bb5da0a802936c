"""Versions of a thing's settings: named, shown side by side, and as the answers of a form."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Field, ForeignKey
from django.forms import BaseForm
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.common import display
from apps.common.encrypted import EncryptedTextField

NEVER_SHOWN = frozenset({"password", "password_before", "session_epoch", "lock_version"})


@dataclass(frozen=True, slots=True)
class Compared:
    """One setting in two versions."""

    name: str
    before: Any
    after: Any
    differs: bool


Named = Mapping[str, Mapping[int, str]]
"""By setting: what the ids in it are called."""


def compare(
    before: Any, after: Any, names: Container[str] | None = None, *, called: Named | None = None
) -> list[Compared]:
    """Every setting (or those named) of two historical records, what differs first.

    Ids of settings in `called` are shown by name.
    """
    known = called or {}
    found = [
        Compared(
            str(capfirst(field.verbose_name)),
            shown(before, field, known.get(field.name)),
            shown(after, field, known.get(field.name)),
            getattr(before, field.attname) != getattr(after, field.attname),
        )
        for field in settings_of(after)
        if names is None or field.name in names
    ]
    return sorted(found, key=lambda one: not one.differs)


def differences(before: Any, after: Any, *, called: Named) -> list[Compared]:
    """What differs between two historical records; nothing else is looked up."""
    names = {
        field.name
        for field in settings_of(after)
        if getattr(before, field.attname) != getattr(after, field.attname)
    }
    return compare(before, after, names, called=called) if names else []


def read(record: Any, *, called: Named) -> list[tuple[str, Any]]:
    """Every setting of one historical record: its name, and its value for people."""
    return [
        (str(capfirst(field.verbose_name)), shown(record, field, called.get(field.name)))
        for field in settings_of(record)
    ]


def settings_of(record: Any) -> Iterable[Field[Any, Any]]:
    """The fields that a history keeps and people may read; secrets are in no history."""
    for field in record.tracked_fields:
        hidden = field.name in NEVER_SHOWN or isinstance(field, EncryptedTextField)
        if not hidden and not field.primary_key:
            yield field


def shown(record: Any, field: Field[Any, Any], called: Mapping[int, str] | None = None) -> Any:
    """A value as people read it; ids by what they are called."""
    value = getattr(record, field.attname)
    if value is None or value in ("", [], {}):
        return display.NOTHING
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    if isinstance(field, ForeignKey):
        return _related(record, field, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return display.exact(value)
    if isinstance(value, list):
        return display.listed(_called(one, called) for one in value)
    if isinstance(value, dict):
        return display.pairs(value)
    return value


def answers_of(then: BaseForm, now: BaseForm, names: frozenset[str]) -> MultiValueDict[str, Any]:
    """What would be written into the form to have the named settings as they were `then`."""
    data: MultiValueDict[str, Any] = MultiValueDict()
    for name in now.fields:
        value = (then if name in names else now)[name].value()
        if isinstance(value, list | tuple):
            data.setlist(name, list(value))
        elif isinstance(value, bool):
            data.update({name: "on"} if value else {})
        elif value is not None:
            data[name] = value
    return data


def _called(one: Any, called: Mapping[int, str] | None) -> Any:
    if called is None:
        return one
    return called.get(one) or _("one that is gone (%(key)s)") % {"key": one}


def _related(record: Any, field: ForeignKey[Any, Any], value: Any) -> str:
    try:
        return str(getattr(record, field.name))
    except ObjectDoesNotExist:
        return _("one that is gone (%(key)s)") % {"key": value}
