from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import Action, Amounts, action, amounts, flag, whole


@dataclass(frozen=True, slots=True)
class Amount:
    """How much one return may give back. The profile of the register may say less."""

    ask_above: Amounts = amounts(_("A manager is asked above"))
    deny_above: Amounts = amounts(_("Refused above"))
    operator_per_day: Amounts = amounts(
        _("An operator's returns of a day, without a manager"),
        help=_("In this shop, from midnight in its time."),
    )


@dataclass(frozen=True, slots=True)
class Returner:
    """Customers who return often: told by customer number, identity document or card."""

    days: int = whole(_("Counted over"), default=90, least=1, most=3_650, unit=_("days"))
    count: int = whole(_("Returns in this time"), default=0, most=10_000, help=_("0: no limit."))
    amount: Amounts = amounts(_("Their amount in this time"))
    above: str = action(_("Above these limits"), default=Action.OVERRIDE)


@dataclass(frozen=True, slots=True)
class Operator:
    """Operators with many exceptions: returns without receipt, approved by a manager, or denied."""

    days: int = whole(_("Counted over"), default=7, least=1, most=3_650, unit=_("days"))
    exceptions: int = whole(
        _("Exceptions in this time"), default=0, most=10_000, help=_("0: no limit.")
    )
    above: str = action(_("Above this limit"), default=Action.OVERRIDE)


@dataclass(frozen=True, slots=True)
class Splitting:
    allowed: bool = flag(
        _("Take the good lines and refuse the others"), default=False,
        help=_("Otherwise one refused line refuses the return."),
    )  # fmt: skip
