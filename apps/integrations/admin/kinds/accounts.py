"""Fields for accounts by role, by tax and by kind of refund: of the journal and of Tryton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import PairsField
from apps.integrations.admin.kinds.base import Setting, ShownFor, text
from apps.refunds.states import RefundKind

ROLES: Mapping[str, tuple[Any, Any]] = {
    "returns": (_("Returned goods"), _("What the goods were worth, without taxes.")),
    "tax": (_("Taxes"), _("Of those that are not named one by one below.")),
    "clearing": (
        _("Refunds owed"),
        _("Between a return and its refunds; at zero when all is paid."),
    ),
    "tender": (_("Money that went out"), _("For ways to pay that are not named below.")),
    "fees": (_("Fees kept"), _("Restocking fees.")),
    "exchange": (_("Exchange goods"), _("What went out instead, with taxes.")),
    "due": (_("Paid on top"), _("What customers paid for dearer goods.")),
    "stock": (_("Stock"), _("Only where a line says what the goods cost.")),
    "cost": (_("Cost of goods"), _("Only where a line says what the goods cost.")),
}


def accounts(
    roles: Iterable[str], defaults: Mapping[str, str], shown_for: ShownFor | None = None
) -> list[Setting]:
    return [
        Setting(f"accounts.{role}", text(*ROLES[role]), defaults.get(role, ""), shown_for=shown_for)
        for role in roles
    ]


def taxes(example: str, shown_for: ShownFor | None = None) -> Setting:
    help_text = _("Tax code of the registers and account, one pair a line: %(example)s.")
    return Setting(
        "taxes",
        lambda: PairsField(
            label=_("Taxes by code"), required=False, help_text=help_text % {"example": example}
        ),
        {},
        shown_for=shown_for,
    )


def tenders(defaults: Mapping[str, str], shown_for: ShownFor | None = None) -> list[Setting]:
    """One for each kind of refund."""
    return [
        Setting(
            f"tenders.{kind.value}", text(kind.label), defaults.get(kind, ""), shown_for=shown_for
        )
        for kind in RefundKind
    ]
