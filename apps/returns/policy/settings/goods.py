from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import (
    Action,
    Amounts,
    action,
    amounts,
    choice,
    code,
    codes,
    flag,
    percent,
    rows,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is done about goods in one condition."""

    condition: str = code(_("Condition"), among="conditions")
    accept: str = action(_("Goods in this condition"), default=Action.ALLOW)
    category: str = code(
        _("Only in this category"), default="", help=_("Empty: in all."), among="categories"
    )
    fee_percent: Decimal = percent(_("Restocking fee"), help=_("Of what the line is worth."))
    fee: Amounts = amounts(_("Restocking fee per unit"))


@dataclass(frozen=True, slots=True)
class Conditions:
    """In which condition goods are taken, and what restocking them costs. The fee never exceeds
    what the line is worth."""

    required: bool = flag(_("The condition must be stated"), default=False)
    rows: tuple[Condition, ...] = rows(
        _("By condition"), Condition,
        help=_("The row of the goods' category counts before one for all. No row: taken, no fee."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CategoryReasons:
    """For which reasons goods of one category may come back."""

    category: str = code(_("Category"), among="categories")
    allowed: tuple[str, ...] = codes(_("Reasons allowed"), among="reasons")


@dataclass(frozen=True, slots=True)
class Reasons:
    required: bool = flag(_("The reason must be stated"), default=False)
    categories: tuple[CategoryReasons, ...] = rows(
        _("By category"), CategoryReasons, help=_("A category without a row: any reason.")
    )
    otherwise: str = action(_("Any other reason"), default=Action.DENY)


class SerialCheck(TextChoices):
    OFF = "off", _("Not compared")
    TRACKED = "tracked", _("Of items that have serial numbers")
    SOLD = "sold", _("Of these, and wherever the sale names one")


@dataclass(frozen=True, slots=True)
class Serial:
    """Whether the very piece that was sold comes back."""

    check: str = choice(
        _("Serial numbers"), SerialCheck.choices, default=str(SerialCheck.OFF),
        help=_("Missing: asked for. Another than was sold: refused."),
    )  # fmt: skip
