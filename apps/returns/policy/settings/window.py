from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import Action, action, choice, day, rows, whole

MAX_WINDOW_DAYS = 3_650
MAX_HOLD_HOURS = 24 * 90


class CountedFrom(TextChoices):
    SALE = "sale", _("the day of the sale")
    DELIVERY = "delivery", _("the day of delivery, where there is one")


@dataclass(frozen=True, slots=True)
class Holiday:
    """What was sold (or delivered) from `first` to `last` may come back until `until`, all inclusive."""

    first: date = day(_("Sold from"))
    last: date = day(_("to"))
    until: date = day(_("May come back until"))

    @property
    def wrong(self) -> Any:
        if self.first <= self.last <= self.until:
            return ""
        return _("must begin before it ends, and end before the last day to return.")


@dataclass(frozen=True, slots=True)
class Window:
    """How long goods may come back."""

    days: int = whole(
        _("Days to return"),
        most=MAX_WINDOW_DAYS,
        unit=_("days"),
        help=_("Counted from the day of the sale, to the end of the last day in the shop's time."),
    )
    counted_from: str = choice(
        _("Counted from"), CountedFrom.choices, default=str(CountedFrom.SALE)
    )
    holidays: tuple[Holiday, ...] = rows(
        _("Longer around holidays"), Holiday, help=_("The later of the two last days counts.")
    )
    late: str = action(_("What comes too late"), default=Action.DENY)


@dataclass(frozen=True, slots=True)
class Authorization:
    """How long what was decided waits."""

    hours: int = whole(
        _("Hours to bring the goods"),
        least=1,
        most=MAX_HOLD_HOURS,
        unit=_("hours"),
        help=_("How long an authorized return waits for its goods before it expires."),
    )
    approval_hours: int = whole(
        _("Hours to approve"),
        default=24,
        least=1,
        most=MAX_HOLD_HOURS,
        unit=_("hours"),
        help=_("How long a return waits for a manager's approval before it expires."),
    )
