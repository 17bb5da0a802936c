"""What a policy version may say, and its defaults. The admin edits these in a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_WINDOW_DAYS = 3_650
MAX_HOLD_HOURS = 24 * 90


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one policy version."""

    window_days: int
    hold_hours: int

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rules:
        return cls(window_days=data["window"]["days"], hold_hours=data["authorization"]["hours"])


def default_rules() -> dict[str, Any]:
    return {"window": {"days": 30}, "authorization": {"hours": 24}}


def validate_rules(data: Any) -> None:
    """ValidationError with a sentence for what does not fit."""
    _validate_number(data, "window", "days", least=0, most=MAX_WINDOW_DAYS)
    _validate_number(data, "authorization", "hours", least=1, most=MAX_HOLD_HOURS)
    if extra := set(data) - set(default_rules()):
        raise ValidationError(
            _("Unknown rules: %(names)s."), params={"names": ", ".join(sorted(extra))}
        )


def _validate_number(data: Any, rule: str, name: str, *, least: int, most: int) -> None:
    try:
        value = data[rule][name]
    except (KeyError, TypeError):
        value = None
    if type(value) is not int or not least <= value <= most:
        raise ValidationError(
            _("%(rule)s.%(name)s must be a whole number from %(least)s to %(most)s."),
            params={"rule": rule, "name": name, "least": least, "most": most},
        )
