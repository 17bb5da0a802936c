"""The one statement that writes the trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.common.sql import execute

_COLUMNS = (
    "at, actor_kind, actor_id, actor_label, store_id, store_number, terminal_number, "
    "action, subject_type, subject_id, subject_label, outcome, reason, data, request_id"
)
_ROW = "(" + ", ".join(["%s"] * 15) + ")"


def insert_entries(rows: Sequence[Sequence[Any]]) -> None:
    """Rows in the order of `_COLUMNS`, in one INSERT."""
    values = ", ".join([_ROW] * len(rows))
    execute(
        f"INSERT INTO audit_auditentry ({_COLUMNS}) VALUES {values}",
        [value for row in rows for value in row],
    )
