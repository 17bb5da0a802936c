"""The life of a return: quoted, submitted, completed, voided, expired."""

from apps.returns.services.closing import expire_due_returns, void_return
from apps.returns.services.completing import complete_return
from apps.returns.services.submitting import quote_return, submit_return

__all__ = [
    "complete_return",
    "expire_due_returns",
    "quote_return",
    "submit_return",
    "void_return",
]
