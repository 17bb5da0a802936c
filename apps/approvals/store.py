"""Counting wrong tries: one statement each, so that no two are lost and none waits long."""

from __future__ import annotations

from datetime import datetime

from apps.approvals.policy import MOST_WRONG
from apps.common.sql import fetch_one

# What an approver's row says at the moment of the statement decides, whoever else is trying.
_COUNT_WRONG = """
UPDATE approvals_approver
   SET wrong_in_a_row = wrong_in_a_row + 1,
       locked_at = CASE WHEN wrong_in_a_row + 1 >= %(most)s THEN %(now)s::timestamptz END
 WHERE id = %(id)s AND locked_at IS NULL
RETURNING locked_at IS NOT NULL
"""
_START_ANEW = """
UPDATE approvals_approver SET wrong_in_a_row = 0
 WHERE id = %(id)s AND locked_at IS NULL AND wrong_in_a_row > 0
RETURNING id
"""
_IS_FREE = "SELECT locked_at IS NULL AND is_active FROM approvals_approver WHERE id = %(id)s"


def count_wrong(approver_id: int, *, now: datetime) -> bool | None:
    """Whether this try locked the approver; None when they were locked already."""
    row = fetch_one(_COUNT_WRONG, {"id": approver_id, "most": MOST_WRONG, "now": now})
    return None if row is None else bool(row[0])


def start_anew(approver_id: int) -> bool:
    """Forget the wrong tries, if there were any; False when the approver is locked by now."""
    if fetch_one(_START_ANEW, {"id": approver_id}) is not None:
        return True
    row = fetch_one(_IS_FREE, {"id": approver_id})
    return row is not None and bool(row[0])
