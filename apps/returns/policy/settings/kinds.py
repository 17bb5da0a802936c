"""What a setting is: a field of a frozen dataclass with all that a form, a schema and a check need.

Amounts are per currency, in its minor units (`{"EUR": 5000, "JPY": 8000}`), since one policy may be
for shops of several; a currency that is not named has no limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """How a setting is written in JSON, and what becomes of it."""

    WHOLE = "whole"  # integer → int
    FLAG = "flag"  # boolean → bool
    CHOICE = "choice"  # one of `choices` → str
    PERCENT = "percent"  # "12.5" → Decimal
    AMOUNTS = "amounts"  # {"EUR": 5000} → Amounts
    DAY = "day"  # "2026-12-24" → date
    CODE = "code"  # "opened" → str
    CODES = "codes"  # ["opened"] → tuple of str
    ROWS = "rows"  # [{…}] → tuple of `row`


@dataclass(frozen=True, slots=True)
class Setting:
    """Type, bounds, unit and words of one setting. Label and help are lazily translated."""

    kind: Kind
    label: Any
    help: Any = ""
    least: int | None = None
    most: int | None = None
    unit: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    row: type[Any] | None = None
    among: str = ""  # what a code is chosen from: "conditions", "reasons" or "categories"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Minor units by currency."""

    by_currency: tuple[tuple[str, int], ...] = ()

    def of(self, currency: str) -> int | None:
        """None: no limit in this currency."""
        return dict(self.by_currency).get(currency)


class Action(TextChoices):
    """What a rule does about something that speaks against a return."""

    ALLOW = "allow", _("Allow it")
    OVERRIDE = "override", _("Ask a manager")
    DENY = "deny", _("Refuse it")


NO_MORE_THAN_MINOR = 10**12


def whole(
    label: Any,
    *,
    default: Any = MISSING,
    least: int = 0,
    most: int,
    unit: Any = "",
    help: Any = "",
) -> Any:
    """Without a default the setting must be there."""
    return _field(default, Setting(Kind.WHOLE, label, help, least, most, unit))


def flag(label: Any, *, default: bool, help: Any = "") -> Any:
    return _field(default, Setting(Kind.FLAG, label, help))


def choice(label: Any, choices: Sequence[tuple[str, Any]], *, default: str, help: Any = "") -> Any:
    return _field(default, Setting(Kind.CHOICE, label, help, choices=tuple(choices)))


def action(label: Any, *, default: Action, help: Any = "") -> Any:
    return choice(label, Action.choices, default=str(default), help=help)


def percent(label: Any, *, default: Decimal = Decimal(0), help: Any = "") -> Any:
    return _field(default, Setting(Kind.PERCENT, label, help, 0, 100, "%"))


def amounts(label: Any, *, help: Any = "") -> Any:
    return _field(Amounts(), Setting(Kind.AMOUNTS, label, help, 0, NO_MORE_THAN_MINOR))


def day(label: Any, *, help: Any = "") -> Any:
    return _field(MISSING, Setting(Kind.DAY, label, help))


def code(label: Any, *, default: Any = MISSING, help: Any = "", among: str = "") -> Any:
    return _field(default, Setting(Kind.CODE, label, help, most=64, among=among))


def codes(label: Any, *, help: Any = "", among: str = "") -> Any:
    return _field((), Setting(Kind.CODES, label, help, most=200, among=among))


def rows(label: Any, row: type[Any], *, help: Any = "") -> Any:
    return _field((), Setting(Kind.ROWS, label, help, most=200, row=row))


def group(kind: type[Any], label: Any, *, required: bool = False, help: Any = "") -> Any:
    """A part of the rules; left out, it has its defaults."""
    given: Any = {} if required else {"default": kind()}
    return field(**given, metadata={"group": kind, "label": label, "help": help})


def settings_of(kind: type[Any]) -> dict[str, tuple[Field[Any], Setting]]:
    """The settings of a group, in the order a form shows them."""
    return {one.name: (one, one.metadata["setting"]) for one in fields(kind)}


def plain(value: Any) -> Any:
    """A setting's value as it is written in JSON."""
    if isinstance(value, Amounts):
        return dict(value.by_currency)
    if isinstance(value, Decimal | date):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _field(default: Any, setting: Setting) -> Any:
    given: Any = {} if default is MISSING else {"default": default}
    return field(**given, metadata={"setting": setting})
