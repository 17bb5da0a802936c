from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.returns.policy.settings.kinds import (
    Action,
    Amounts,
    action,
    amounts,
    choice,
    codes,
    flag,
    whole,
)


@dataclass(frozen=True, slots=True)
class Channel:
    """What was bought elsewhere than in a shop, and comes back to one."""

    online: str = action(_("Bought online"), default=Action.ALLOW)
    phone: str = action(_("Bought by phone"), default=Action.ALLOW)
    service_categories: tuple[str, ...] = codes(
        _("Categories of shipping and services"),
        help=_("Empty: “service”, into which shipping of web shops is put."),
        among="categories",
    )
    services_refunded: bool = flag(_("Shipping and services are given back"), default=False)


@dataclass(frozen=True, slots=True)
class CrossStore:
    other_store: str = action(_("Bought in another shop"), default=Action.ALLOW)
    other_region: str = action(_("Bought in another region"), default=Action.ALLOW)


class NotRanged(TextChoices):
    AS_USUAL = "as_usual", _("Go where the reason or condition says")
    TRANSFER = "transfer", _("Are put aside for another shop")
    OVERRIDE = "override", _("Need a manager's approval")


@dataclass(frozen=True, slots=True)
class Stock:
    """What the shop's stock says of the goods that come in, at this moment."""

    not_ranged: str = choice(
        _("Goods that this shop does not carry"), NotRanged.choices,
        default=str(NotRanged.AS_USUAL),
    )  # fmt: skip
    counting: str = action(_("Goods that are being counted"), default=Action.OVERRIDE)


class Supply(TextChoices):
    ALLOW = "allow", _("Allow it")
    CONTINGENT = "contingent", _("Ask for fresher data first")
    OVERRIDE = "override", _("Ask a manager")


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old the data may be on which a decision rests. 0: any age."""

    sale_minutes: int = whole(
        _("The register that sold was heard of"), default=0, most=525_600, unit=_("minutes ago"),
        help=_("What it has not sent yet may change what is left of a sale. 0: any age."),
    )  # fmt: skip
    stock_minutes: int = whole(
        _("Stock as another system told it"), default=0, most=525_600, unit=_("minutes ago"),
        help=_("0: any age."),
    )  # fmt: skip
    older: str = choice(_("Older than that"), Supply.choices, default=str(Supply.OVERRIDE))


@dataclass(frozen=True, slots=True)
class Offline:
    """Returns that a register decided while it was offline, looked at again when they arrive."""

    max_age_hours: int = whole(
        _("The register's data may be"), default=24, most=8_760, unit=_("hours old")
    )
    cap: Amounts = amounts(_("At most, per return"))
    beyond: str = action(_("Beyond that"), default=Action.OVERRIDE)
