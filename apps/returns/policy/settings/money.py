from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import Amounts, amounts, choice


class Strategy(TextChoices):
    """How a refund is split over what the sale was paid with; `apps.refunds.policy` has the arithmetic."""

    ORIGINAL_ORDER = "original_order", _("In the order of the receipt")
    RATIO = "ratio", _("In proportion to what was paid")
    FEWEST_TENDERS = "fewest_tenders", _("To as few as possible")


class Keeper(TextChoices):
    """Whose income a fee is."""

    RETURNING = "returning", _("The shop that takes the goods back")
    SELLING = "selling", _("The shop that sold them")


@dataclass(frozen=True, slots=True)
class Refunds:
    """Where money goes, and who keeps what is not given back."""

    strategy: str = choice(
        _("Several tenders"), Strategy.choices, default=str(Strategy.ORIGINAL_ORDER)
    )
    cash_instead: Amounts = amounts(
        _("What finds no tender: cash up to"),
        help=_("Above it, and in a currency that is not named, it becomes store credit."),
    )
    fees_kept_by: str = choice(_("Fees are kept by"), Keeper.choices, default=str(Keeper.RETURNING))


@dataclass(frozen=True, slots=True)
class Adjustments:
    """How far staff may give more or less than a line is worth."""

    alone: Amounts = amounts(
        _("An operator alone, up to"),
        help=_("More or less per line. In a currency that is not named a manager is always asked."),
    )
    most: Amounts = amounts(_("Nobody more than"), help=_("Per line."))
