"""Whoever changes a register's credentials, or tells news of it, holds the register's row."""

from __future__ import annotations

from uuid import UUID

from apps.terminals.models import EnrolmentCode, Terminal


def lock_terminal(terminal_id: UUID) -> Terminal:
    return (
        Terminal.objects.select_for_update(of=("self",))
        .select_related("store", "profile")
        .get(pk=terminal_id)
    )


def lock_code(code_hash: bytes) -> EnrolmentCode | None:
    """The code, so that it is used once however often it comes at the same time."""
    return (
        EnrolmentCode.objects.select_for_update(of=("self",))
        .select_related("credential")
        .filter(code_hash=code_hash)
        .first()
    )
