"""Pure rules about staff: who may do what, and when a log-in is closed."""

from apps.accounts.policy.roles import (
    ADMINISTRATOR,
    AUDITOR,
    BOUND,
    MANAGER,
    SUPPORT,
    is_allowed,
)

__all__ = ["ADMINISTRATOR", "AUDITOR", "BOUND", "MANAGER", "SUPPORT", "is_allowed"]
