"""Reading settings strictly: every error with its path, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.common.money import CURRENCIES
from apps.returns.policy.settings.kinds import Amounts, Kind, Setting, settings_of

_PERCENT = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.\d{1,2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class SettingError:
    """What is wrong with the setting at `path`, such as `window.days`."""

    path: str
    message: str


Errors = list[SettingError]


class _Bad(Exception):
    pass


def read_group(kind: type[Any], data: Any, path: str, errors: Errors) -> Any:
    """The dataclass `kind` from an object; None, and what is wrong added to `errors`, if it is not one."""
    if not isinstance(data, dict):
        errors.append(SettingError(path, _("must be an object.")))
        return None
    settings, before = settings_of(kind), len(errors)
    for name in sorted(set(map(str, data)) - set(settings)):
        errors.append(SettingError(_at(path, name[:64]), _("is no setting of this rule.")))
    values = {}
    for name, (one, setting) in settings.items():
        if name in data:
            values[name] = _read(setting, data[name], _at(path, name), errors)
        elif one.default is MISSING:
            errors.append(SettingError(_at(path, name), _("is missing.")))
    return kind(**values) if len(errors) == before else None


def _read(setting: Setting, value: Any, path: str, errors: Errors) -> Any:
    if setting.kind == Kind.ROWS:
        return _rows(setting, value, path, errors)
    try:
        return _READERS[setting.kind](setting, value)
    except _Bad as bad:
        errors.append(SettingError(path, str(bad)))
        return None


def _rows(setting: Setting, value: Any, path: str, errors: Errors) -> Any:
    assert setting.row is not None
    if not isinstance(value, list) or len(value) > (setting.most or 0):
        text = _("must be a list of at most %(most)s.") % {"most": setting.most}
        errors.append(SettingError(path, text))
        return None
    found = [read_group(setting.row, row, f"{path}[{n}]", errors) for n, row in enumerate(value)]
    for n, row in enumerate(found):
        if row is not None and (wrong := getattr(row, "wrong", "")):
            errors.append(SettingError(f"{path}[{n}]", str(wrong)))
    return tuple(found)


def _whole(setting: Setting, value: Any) -> int:
    least, most = setting.least or 0, setting.most or 0
    if type(value) is not int or not least <= value <= most:
        text = _("must be a whole number from %(least)s to %(most)s.")
        raise _Bad(text % {"least": least, "most": most})
    return value


def _flag(setting: Setting, value: Any) -> bool:
    if type(value) is not bool:
        raise _Bad(_("must be true or false."))
    return value


def _choice(setting: Setting, value: Any) -> str:
    known = [key for key, _label in setting.choices]
    if value not in known or not isinstance(value, str):
        raise _Bad(_("must be one of %(known)s.") % {"known": ", ".join(known)})
    return value


def _percent(setting: Setting, value: Any) -> Decimal:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value) or Decimal(value) > 100:
        raise _Bad(_("must be a percentage such as “12.5”, from 0 to 100."))
    return Decimal(value)


def _amounts(setting: Setting, value: Any) -> Amounts:
    text = _("must be amounts in minor units by currency, such as {“EUR”: 5000}.")
    if not isinstance(value, dict):
        raise _Bad(text)
    for currency, minor in value.items():
        if currency not in CURRENCIES or type(minor) is not int:
            raise _Bad(text)
        if not 0 <= minor <= (setting.most or 0):
            raise _Bad(text)
    return Amounts(tuple(sorted(value.items())))


def _day(setting: Setting, value: Any) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _Bad(_("must be a day such as “2026-12-24”."))


def _code(setting: Setting, value: Any) -> str:
    if not isinstance(value, str) or len(value) > (setting.most or 0) or not _CODE.fullmatch(value):
        raise _Bad(_("must be a code of at most %(most)s characters.") % {"most": setting.most})
    return value


def _codes(setting: Setting, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > (setting.most or 0):
        raise _Bad(_("must be a list of at most %(most)s codes.") % {"most": setting.most})
    if len(set(map(str, value))) != len(value):
        raise _Bad(_("names a code twice."))
    one = Setting(Kind.CODE, "", most=64)
    return tuple(_code(one, code) for code in value)


_READERS: dict[Kind, Callable[[Setting, Any], Any]] = {
    Kind.WHOLE: _whole,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.PERCENT: _percent,
    Kind.AMOUNTS: _amounts,
    Kind.DAY: _day,
    Kind.CODE: _code,
    Kind.CODES: _codes,
}


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
