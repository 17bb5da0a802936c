"""What Tryton asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.fields import PairsField
from apps.integrations.admin.kinds.accounts import ROLES, accounts, taxes, tenders
from apps.integrations.admin.kinds.base import (
    Credential,
    Group,
    Kind,
    Setting,
    flag,
    number,
    text,
    zone,
)
from apps.integrations.policy.tryton import TO_THE_SHELF
from apps.returns.states import Disposition

_BY_SHOP = _("Number of the shop and code, one pair a line: 0007 = %s.")
_CODE = _("Its code in Tryton. Empty: such goods are left for a person to put away.")


def _missing(config: Mapping[str, Any], there: Collection[str]) -> list[str]:
    return [] if "key" in there else ["key"]


def _by_shop(label: Any, example: str) -> Any:
    return lambda: PairsField(label=label, required=False, help_text=_BY_SHOP % example)


TRYTON = Kind(
    about=_("Makes return shipments and posted entries in the ERP Tryton."),
    starts={"event_types": ["return.*", "refund.*"], "ordered": True, "timeout_seconds": 60},
    missing=_missing,
    groups=(
        Group(
            _("The company"),
            (
                Credential(
                    "key",
                    _("Key"),
                    _(
                        "Of a user application of kind REST, confirmed by its user: Preferences → Applications."
                    ),
                ),
                Setting("company", number(_("Company"), _("Its number (id) in Tryton.")), None),
                Setting("timezone", zone(_("Whose day an entry is of.")), "UTC"),
                Setting(
                    "skip_warnings",
                    flag(
                        _("Pass over warnings"),
                        _("Such as a move without an origin. Otherwise such an event fails."),
                    ),
                    default=True,
                ),
            ),
        ),
        Group(
            _("Goods"),
            (
                Setting("shipments", flag(_("Make return shipments")), default=True),
                Setting(
                    "customer", text(_("Customer"), _("Code of the party for walk-in customers."))
                ),
                Setting("customers", _by_shop(_("Customers by shop"), "POS-SEVEN"), {}),
                Setting("warehouse", text(_("Warehouse"), _("Its code.")), "WH"),
                Setting("warehouses", _by_shop(_("Warehouses by shop"), "WH7"), {}),
                *(
                    Setting(
                        f"locations.{one.value}",
                        text(format_lazy("{}: {}", _("Location"), one.label), _CODE),
                    )
                    for one in Disposition
                    if one != TO_THE_SHELF
                ),
            ),
        ),
        Group(
            _("Entries"),
            (
                Setting("moves", flag(_("Make entries")), default=True),
                Setting("journal", text(_("Journal"), _("Its code.")), "REV"),
                *accounts(ROLES, {}),
            ),
            _(
                "Codes of accounts. Returned goods, taxes, refunds owed and money that went out are needed."
            ),
        ),
        Group(
            _("Accounts by way to pay, and by tax"),
            (*tenders({}), taxes("VAT-S = 1776")),
            _("Empty: “Money that went out”, and “Taxes”."),
        ),
    ),
)
