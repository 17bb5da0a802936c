"""What an accounting journal asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.integrations.admin.kinds.accounts import ROLES, accounts, taxes, tenders
from apps.integrations.admin.kinds.base import Group, Kind, Setting, choice, text, zone
from apps.integrations.policy.books import ACCOUNTS, TENDERS

_PLACES = _("{shop} becomes the number of the shop, {code} that of the tax, {kind} the way to pay.")

JOURNAL = Kind(
    about=_("Writes double entries for beancount, hledger or ledger into files on this server."),
    starts={"event_types": ["return.*", "refund.*"], "ordered": True},
    groups=(
        Group(
            _("Where and how"),
            (
                Setting(
                    "folder",
                    text(_("Folder"), _("Below drops/ of the data folder, such as books.")),
                    "",
                ),
                Setting(
                    "format",
                    choice(
                        _("Format"), [("beancount", "beancount"), ("ledger", "hledger, ledger")]
                    ),
                    "beancount",
                ),
                Setting("timezone", zone(_("Whose days the entries are of.")), "UTC"),
            ),
        ),
        Group(_("Accounts"), accounts(ROLES, ACCOUNTS), _PLACES),
        Group(
            _("Accounts by way to pay, and by tax"),
            (*tenders(TENDERS), taxes("VAT-S = Liabilities:VAT:19")),
            _("Empty: “Money that went out”, and “Taxes”."),
        ),
    ),
)
