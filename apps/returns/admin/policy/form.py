"""The form of a draft, derived from the settings: a new rule appears in it by itself.

The one check is `find_errors` of the settings, whose paths (`window.holidays[0].until`) are the
names of the inputs. What cannot be read is handed to it as it was typed, and refused there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.common.money import exponent
from apps.returns.policy.settings import Rules, find_errors
from apps.returns.policy.settings.kinds import Kind, Setting, plain, settings_of

ON = "on."
_LEFT_OUT: Any = object()
_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(slots=True)
class Input:
    """One setting as it stands in the form. `rows` are those of a table, `amounts` by currency."""

    path: str
    setting: Setting
    required: bool
    value: Any = ""
    errors: Sequence[str] = ()
    amounts: list[tuple[str, str]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    columns: list[Setting] = field(default_factory=list)
    blank: Row | None = None
    known: Sequence[tuple[str, str]] = ()

    @property
    def id(self) -> str:
        return "id_" + re.sub(r"\W+", "_", self.path)


@dataclass(slots=True)
class Row:
    """One row of a table; `errors` are those of the row as a whole."""

    path: str
    cells: list[Input]
    errors: Sequence[str] = ()


@dataclass(slots=True)
class Group:
    """The settings of one rule. Where it is off, its defaults hold."""

    name: str
    label: Any
    help: Any
    required: bool
    on: bool
    inputs: list[Input]
    errors: Sequence[str] = ()

    @property
    def wrong(self) -> bool:
        rows = [row for one in self.inputs for row in one.rows]
        cells = [cell for row in rows for cell in row.cells]
        said = [self.errors, *(one.errors for one in [*self.inputs, *cells])]
        return any(said) or any(row.errors for row in rows)


class RulesForm:
    """`rules` is what was read; `groups` what is shown; valid when there are no `errors`."""

    def __init__(
        self,
        rules: Mapping[str, Any],
        *,
        currencies: Sequence[str],
        known: Mapping[str, Sequence[tuple[str, str]]],
        posted: QueryDict | None = None,
    ) -> None:
        self.currencies = sorted({*currencies, *_currencies_in(rules)})
        self.known = known
        self.rules: dict[str, Any] = dict(rules)
        self.errors: dict[str, list[str]] = {}
        if posted is not None:
            self.rules = self._read(posted)
            for one in find_errors(self.rules):
                self.errors.setdefault(one.path, []).append(one.message)
        self.groups = [self._group(one) for one in fields(Rules)]

    def is_valid(self) -> bool:
        return not self.errors

    # --- From what was posted

    def _read(self, posted: QueryDict) -> dict[str, Any]:
        """As JSON: a rule that is off is left out, and so is what is as it is by default."""
        rules = {}
        for one in fields(Rules):
            if one.default is MISSING or ON + one.name in posted:
                kind: type[Any] = one.metadata["group"]
                rules[one.name] = self._read_settings(kind, one.name, posted)
        return rules

    def _read_settings(self, kind: type[Any], path: str, posted: QueryDict) -> dict[str, Any]:
        found = {}
        for name, (one, setting) in settings_of(kind).items():
            value = self._read_one(setting, f"{path}.{name}", posted)
            usual = one.default is not MISSING and value == plain(one.default)
            if value is not _LEFT_OUT and not usual:
                found[name] = value
        return found

    def _read_one(self, setting: Setting, path: str, posted: QueryDict) -> Any:
        text = posted.get(path, "").strip()
        match setting.kind:
            case Kind.FLAG:
                return path in posted
            case Kind.AMOUNTS:
                return self._read_amounts(path, posted)
            case Kind.CODES:
                return list(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))
            case Kind.ROWS:
                return self._read_rows(setting, path, posted)
            case Kind.WHOLE if _WHOLE.fullmatch(text):
                return int(text)
            case Kind.PERCENT:
                text = text.replace(",", ".")
        return text or _LEFT_OUT

    def _read_amounts(self, path: str, posted: QueryDict) -> dict[str, Any]:
        amounts = {}
        for currency in self.currencies:
            if text := posted.get(f"{path}.{currency}", "").strip():
                amounts[currency] = _minor(text, currency)
        return amounts

    def _read_rows(self, setting: Setting, path: str, posted: QueryDict) -> list[dict[str, Any]]:
        """Rows that were taken out, and those in which nothing was written, are left out."""
        assert setting.row is not None
        pattern = re.compile(re.escape(path) + r"\[(\d{1,4})\]\.")
        numbers = sorted({int(found[1]) for key in posted if (found := pattern.match(key))})
        rows = []
        for number in numbers:
            at = f"{path}[{number}]"
            row = self._read_settings(setting.row, at, posted)
            if row and f"{at}.remove" not in posted:
                rows.append(row)
        return rows

    # --- To what is shown

    def _group(self, one: Any) -> Group:
        name, required = one.name, one.default is MISSING
        given = self.rules.get(name)
        values = given if isinstance(given, dict) else {}
        return Group(
            name, one.metadata["label"], one.metadata["help"], required, required or name in self.rules,
            self._inputs(one.metadata["group"], name, values), self.errors.get(name, ()),
        )  # fmt: skip

    def _inputs(self, kind: type[Any], path: str, values: Mapping[str, Any]) -> list[Input]:
        found = []
        for name, (one, setting) in settings_of(kind).items():
            missing = one.default is MISSING
            value = values.get(name, "" if missing else plain(one.default))
            found.append(self._input(f"{path}.{name}", setting, missing, value))
        return found

    def _input(self, path: str, setting: Setting, required: bool, value: Any) -> Input:
        shown = Input(path, setting, required, value, self._errors(path, setting))
        shown.known = self.known.get(setting.among, ())
        if setting.kind == Kind.AMOUNTS:
            given = value if isinstance(value, dict) else {}
            shown.amounts = [(c, _major(given.get(c, ""), c)) for c in self.currencies]
        elif setting.kind == Kind.CODES:
            shown.value = "\n".join(value)
        elif setting.kind == Kind.ROWS:
            self._add_rows(shown, value)
        return shown

    def _add_rows(self, shown: Input, rows: Sequence[Mapping[str, Any]]) -> None:
        kind = shown.setting.row
        assert kind is not None
        shown.columns = [setting for _one, setting in settings_of(kind).values()]
        for number, row in enumerate([*rows, {}]):
            at = f"{shown.path}[{number}]"
            shown.rows.append(Row(at, self._inputs(kind, at, row), self.errors.get(at, ())))
        at = f"{shown.path}[9999]"
        shown.blank = Row(at, self._inputs(kind, at, {}))

    def _errors(self, path: str, setting: Setting) -> Sequence[str]:
        said = self.errors.get(path, ())
        if said and setting.kind == Kind.AMOUNTS:
            return [_("must be amounts such as 50.00, or empty for no limit.")]
        return said


def _minor(text: str, currency: str) -> int | str:
    """`"50.00", "EUR"` → 5000; what is no amount of this currency stays as it was typed."""
    try:
        value = Decimal(text.replace(",", ".")).scaleb(exponent(currency))
    except InvalidOperation:
        return text
    if not value.is_finite() or value != value.to_integral_value() or len(text) > 24:
        return text
    return int(value)


def _major(minor: Any, currency: str) -> str:
    if type(minor) is not int:
        return str(minor)
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _currencies_in(value: Any) -> set[str]:
    """Those that the rules already name, whatever the shops of today have."""
    if isinstance(value, Mapping):
        own = {k for k, v in value.items() if type(v) is int and len(k) == 3 and k.isupper()}
        return own.union(*map(_currencies_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(_currencies_in, value))
    return set()
