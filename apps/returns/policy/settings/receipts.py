from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import Action, Amounts, action, amounts, flag, whole


@dataclass(frozen=True, slots=True)
class NoReceipt:
    """Goods without a receipt, or with one that is not known here. Worth the lowest recent price,
    as store credit."""

    unverified: str = action(_("A receipt that is not known here"), default=Action.DENY)
    blind: str = action(_("No receipt at all"), default=Action.DENY)
    lookback_days: int = whole(
        _("Look back for the lowest price"), default=90, least=1, most=3_650, unit=_("days"),
        help=_("The goods are worth the lowest price for which they were sold in this time."),
    )  # fmt: skip
    id_required: bool = flag(
        _("Ask for an identity document"), default=True,
        help=_("Only a keyed digest of it is kept, never the number."),
    )  # fmt: skip
    cap: Amounts = amounts(_("At most, per return"))
    above_cap: str = action(_("Above that amount"), default=Action.DENY)
    customer_days: int = whole(
        _("Count a customer's returns over"), default=90, least=1, most=3_650, unit=_("days")
    )
    customer_count: int = whole(
        _("Returns without receipt in this time"), default=0, most=10_000, help=_("0: no limit.")
    )
    customer_amount: Amounts = amounts(_("Their amount in this time"))
    above_customer: str = action(_("Above these limits"), default=Action.DENY)


@dataclass(frozen=True, slots=True)
class GiftReceipt:
    """Who received a gift gets store credit or an exchange, at the price that was paid."""

    accept: str = action(_("Gift receipts"), default=Action.ALLOW)
