"""Who may do what, by role. Pure; the back end asks it for every permission."""

from __future__ import annotations

ADMINISTRATOR = "it_administrator"
MANAGER = "store_manager"
AUDITOR = "auditor"
SUPPORT = "support"

BOUND = frozenset({MANAGER, SUPPORT})
"""Roles that see the shops they are given and no others: with none given, none."""

_WORDS = frozenset({"returns.reasoncode", "returns.conditioncode", "inventory.item"})
_BUSINESS = frozenset(
    {
        "returns.customerreturn",
        "sales.sale",
        "sales.saleconflict",
        "refunds.refund",
        "refunds.storecredit",
        "inventory.stocklevel",
        "inventory.stockmovement",
        "inventory.stockcount",
        "stores.store",
    }
)
_OF_A_SHOP = frozenset(
    {
        "stores.region",
        "returns.returnpolicy",
        "returns.policyversion",
        "terminals.terminal",
        "terminals.terminalprofile",
        "terminals.notice",
        "terminals.credential",
        "events.event",
    }
)
_SEEN = {SUPPORT: _WORDS | _BUSINESS, MANAGER: _WORDS | _BUSINESS | _OF_A_SHOP}
_DONE = {
    SUPPORT: frozenset[str](),
    MANAGER: frozenset({"returns.void_customerreturn", "returns.override_customerreturn"}),
}


def is_allowed(role: str, permission: str) -> bool:
    """Whether `role` holds `permission` (`app.action_model`, as Django writes it).

    IT administrators hold all (ledgers refuse changes by themselves); auditors see everything and
    change nothing; store managers and support see what is listed here, of their shops. A new model
    is closed to those two until it is listed.
    """
    app, _, action = permission.partition(".")
    if role == ADMINISTRATOR:
        return True
    if role == AUDITOR:
        return action.startswith("view_")
    if role in BOUND:
        seen = action.startswith("view_") and f"{app}.{action[5:]}" in _SEEN[role]
        return seen or permission in _DONE[role]
    return False
