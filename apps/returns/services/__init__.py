"""The life of a return: quoted, submitted, ruled on by a manager, completed, voided, expired."""

from apps.returns.services.closing import expire_due_returns, void_return
from apps.returns.services.completing import complete_return
from apps.returns.services.overriding import override_remotely, override_return
from apps.returns.services.submitting import quote_return, submit_return

__all__ = [
    "complete_return",
    "expire_due_returns",
    "override_remotely",
    "override_return",
    "quote_return",
    "submit_return",
    "void_return",
]
