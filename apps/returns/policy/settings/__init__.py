"""What a policy version may say: one frozen dataclass per rule, with what each setting means.

Forms, the published schema, the check and the defaults are all derived from these. Where a part is
left out, its defaults hold; they change nothing about a return that keeps to window and receipt.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from json import loads
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.returns.policy.settings.goods import Conditions, Reasons, Serial
from apps.returns.policy.settings.kinds import group
from apps.returns.policy.settings.limits import Amount, Operator, Returner, Splitting
from apps.returns.policy.settings.money import Adjustments, Refunds
from apps.returns.policy.settings.places import Channel, CrossStore, DataAge, Offline, Stock
from apps.returns.policy.settings.reading import Errors, SettingError, read_group
from apps.returns.policy.settings.receipts import GiftReceipt, NoReceipt
from apps.returns.policy.settings.schema import schema_of
from apps.returns.policy.settings.window import (
    MAX_HOLD_HOURS,
    MAX_WINDOW_DAYS,
    Authorization,
    Window,
)

__all__ = [
    "MAX_HOLD_HOURS",
    "MAX_WINDOW_DAYS",
    "Rules",
    "SettingError",
    "default_rules",
    "find_errors",
    "rules_schema",
    "validate_rules",
]


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one policy version, as read from its JSON."""

    window: Window = group(Window, gettext_lazy("Return window"), required=True)
    authorization: Authorization = group(Authorization, gettext_lazy("Waiting"), required=True)
    splitting: Splitting = group(Splitting, gettext_lazy("Several lines"))
    no_receipt: NoReceipt = group(NoReceipt, gettext_lazy("Without a receipt"))
    gift_receipt: GiftReceipt = group(GiftReceipt, gettext_lazy("Gift receipts"))
    conditions: Conditions = group(Conditions, gettext_lazy("Condition and restocking fee"))
    reasons: Reasons = group(Reasons, gettext_lazy("Reasons"))
    serial: Serial = group(Serial, gettext_lazy("Serial numbers"))
    amount: Amount = group(Amount, gettext_lazy("Amounts"))
    refunds: Refunds = group(Refunds, gettext_lazy("Where the money goes"))
    adjustments: Adjustments = group(Adjustments, gettext_lazy("More or less than it is worth"))
    channel: Channel = group(Channel, gettext_lazy("Where it was bought"))
    cross_store: CrossStore = group(CrossStore, gettext_lazy("Other shops"))
    returner: Returner = group(Returner, gettext_lazy("Frequent returners"))
    operator: Operator = group(Operator, gettext_lazy("Operators"))
    stock: Stock = group(Stock, gettext_lazy("Stock"))
    data_age: DataAge = group(DataAge, gettext_lazy("Age of the data"))
    offline: Offline = group(Offline, gettext_lazy("Decided offline"))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rules:
        """ValidationError for what does not fit, with a path for each error."""
        rules, errors = _read(data)
        if rules is None:
            raise ValidationError([_error(one) for one in errors])
        return rules


@lru_cache(maxsize=256)
def rules_of(text: str) -> Rules:
    """The rules of a version as the database gives them; the same text is read once."""
    return Rules.from_json(loads(text))


def default_rules() -> dict[str, Any]:
    """The least that a version says."""
    return {"window": {"days": 30}, "authorization": {"hours": 24}}


def rules_schema() -> dict[str, Any]:
    """The published JSON Schema of a version's rules."""
    return schema_of(Rules)


def find_errors(data: Any) -> list[SettingError]:
    """Everything that does not fit; empty when the rules may be used."""
    return _read(data)[1]


def validate_rules(data: Any) -> None:
    """ValidationError with a sentence for each setting that does not fit, its path in `params`."""
    if errors := find_errors(data):
        raise ValidationError([_error(one) for one in errors])


def _error(one: SettingError) -> ValidationError:
    params = {"path": one.path, "message": one.message}
    return ValidationError("%(path)s: %(message)s", code="setting", params=params)


def _read(data: Any) -> tuple[Rules | None, Errors]:
    if not isinstance(data, dict):
        return None, [SettingError("", _("must be an object."))]
    errors: Errors = []
    values, groups = {}, {one.name: one for one in fields(Rules)}
    for name in sorted(set(map(str, data)) - set(groups)):
        errors.append(SettingError(name[:64], _("is no rule.")))
    for name, one in groups.items():
        if name in data:
            values[name] = read_group(one.metadata["group"], data[name], name, errors)
        elif one.default is MISSING:
            errors.append(SettingError(name, _("is missing.")))
    return (None if errors else Rules(**values)), errors
