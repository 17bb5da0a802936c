"""What a version says, in words: sentences, every setting, and what differs from another version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common import display
from apps.returns.policy.settings import Rules
from apps.returns.policy.settings.kinds import Action, Amounts, Kind, Setting, settings_of


@dataclass(frozen=True, slots=True)
class Said:
    """One setting in words; `usual`: as it is by default."""

    label: Any
    text: Any
    usual: bool


@dataclass(frozen=True, slots=True)
class SaidGroup:
    """One rule; `on` where the version says anything of it."""

    label: Any
    on: bool
    settings: list[Said]


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting in two versions. None: the rule is off there."""

    rule: Any
    label: Any
    before: Any
    after: Any
    changed: bool


def groups_of(data: Mapping[str, Any]) -> list[SaidGroup]:
    """Every rule with every setting, as the version has it."""
    rules = Rules.from_json(dict(data))
    found = []
    for one in fields(Rules):
        values = getattr(rules, one.name)
        said = [
            Said(setting.label, say(setting, getattr(values, name)), _usual(each, values, name))
            for name, (each, setting) in settings_of(one.metadata["group"]).items()
        ]
        found.append(SaidGroup(one.metadata["label"], one.name in data, said))
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every setting side by side; the changed ones are marked."""
    pairs = zip(fields(Rules), groups_of(before), groups_of(after), strict=True)
    found = []
    for one, old, new in pairs:
        rule = one.metadata["label"]
        if old.on != new.on:
            was, now = (_("on") if group.on else _("off") for group in (old, new))
            found.append(Difference(rule, _("Rule"), was, now, changed=True))
        for one_old, one_new in zip(old.settings, new.settings, strict=True):
            changed = str(one_old.text) != str(one_new.text)
            found.append(Difference(rule, one_new.label, one_old.text, one_new.text, changed))
    return found


def headline(data: Mapping[str, Any]) -> list[str]:
    """The version in a few sentences."""
    rules = Rules.from_json(dict(data))
    window, waits = rules.window, rules.authorization
    days = ngettext(
        "Goods may come back for %(n)s day.", "Goods may come back for %(n)s days.", window.days
    )
    hours = ngettext(
        "An authorized return waits %(n)s hour for its goods.",
        "An authorized return waits %(n)s hours for its goods.",
        waits.hours,
    )
    late = {
        Action.ALLOW: _("What comes later is taken all the same."),
        Action.OVERRIDE: _("What comes later needs a manager."),
        Action.DENY: _("What comes later is refused."),
    }[Action(window.late)]
    bare = {
        Action.ALLOW: _("Without a receipt goods come back at their lowest recent price."),
        Action.OVERRIDE: _("Without a receipt a manager is asked."),
        Action.DENY: _("Without a receipt nothing comes back."),
    }[Action(rules.no_receipt.blind)]
    return [days % {"n": window.days}, late, bare, hours % {"n": waits.hours}]


def say(setting: Setting, value: Any) -> Any:
    """A value as people read it."""
    match setting.kind:
        case Kind.FLAG:
            return _("yes") if value else _("no")
        case Kind.CHOICE:
            return str(dict(setting.choices).get(value, value))
        case Kind.AMOUNTS:
            return _say_amounts(value)
        case Kind.CODES:
            return ", ".join(value) or _("none")
        case Kind.ROWS:
            return _say_rows(setting, value)
        case Kind.DAY:
            assert isinstance(value, date)
            return date_format(value, "DATE_FORMAT")
        case Kind.PERCENT:
            assert isinstance(value, Decimal)
            return f"{number_format(value.normalize(), use_l10n=True)} %" if value else "0 %"
        case Kind.WHOLE:
            number = number_format(value, 0, force_grouping=True)
            return f"{number} {setting.unit}".strip()
        case _:
            return value or _("all")


def _say_amounts(amounts: Amounts) -> Any:
    if not amounts.by_currency:
        return _("no limit")
    return format_html_join(", ", "{}", ((display.money(m, c),) for c, m in amounts.by_currency))


def _say_rows(setting: Setting, rows: tuple[Any, ...]) -> Any:
    assert setting.row is not None
    columns = settings_of(setting.row)
    if not rows:
        return _("none")
    return format_html(
        '<ul class="plainlist">{}</ul>',
        format_html_join("", "<li>{}</li>", ((_say_row(columns, row),) for row in rows)),
    )


def _say_row(columns: Mapping[str, tuple[Any, Setting]], row: Any) -> SafeString:
    told = [
        (setting.label, say(setting, getattr(row, name)))
        for name, (one, setting) in columns.items()
        if not _usual(one, row, name)
    ]
    return format_html_join("; ", "{}: {}", told)


def _usual(one: Any, values: Any, name: str) -> bool:
    return one.default is not MISSING and getattr(values, name) == one.default
