"""Whoever changes a register's credentials, or tells news of it, holds the register's row.

Locked rows are read without joins: who waited for a lock sees the row as it is now, but what was
joined to it as it was before.
"""

from __future__ import annotations

from uuid import UUID

from apps.terminals.models import EnrolmentCode, Terminal


def lock_terminal(terminal_id: UUID) -> Terminal:
    return Terminal.objects.select_for_update().get(pk=terminal_id)


def lock_code(code_hash: bytes) -> EnrolmentCode | None:
    """The code, so that it is used once however often it comes at the same time."""
    return EnrolmentCode.objects.select_for_update().filter(code_hash=code_hash).first()
