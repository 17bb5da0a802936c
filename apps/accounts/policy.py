"""Who may do what, by role. Pure; the back end asks it for every permission."""

from __future__ import annotations

ADMINISTRATOR = "it_administrator"
MANAGER = "store_manager"
AUDITOR = "auditor"

_ACTIONS_OF_MANAGER = frozenset({"returns.void_customerreturn"})
_HIDDEN_FROM_MANAGER = frozenset({"accounts", "idempotency", "integrations"})
_ONLY_AUDITOR_AND_ADMINISTRATOR = frozenset(
    {
        "audit.view_auditentry",
        "audit.view_checkpoint",
        "insights.view_alert",
        "insights.view_reencryption",
    }
)


def is_allowed(role: str, permission: str) -> bool:
    """Whether `role` holds `permission` (`app.action_model`, as Django writes it).

    IT administrators hold all (ledgers refuse changes by themselves); store managers look things
    up and act on returns; auditors see everything and change nothing.
    """
    app, _, action = permission.partition(".")
    if role == ADMINISTRATOR:
        return True
    if role == AUDITOR:
        return action.startswith("view_")
    if role == MANAGER:
        if permission in _ONLY_AUDITOR_AND_ADMINISTRATOR or app in _HIDDEN_FROM_MANAGER:
            return False
        return action.startswith("view_") or permission in _ACTIONS_OF_MANAGER
    return False
