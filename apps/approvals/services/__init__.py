"""Proving who approves, and what an administrator gives approvers to prove it with."""

from apps.approvals.services.giving import give_badge, set_pin, take_badge, take_pin, unlock
from apps.approvals.services.proving import ApprovalRefused, ApproverLocked, prove

__all__ = [
    "ApprovalRefused",
    "ApproverLocked",
    "give_badge",
    "prove",
    "set_pin",
    "take_badge",
    "take_pin",
    "unlock",
]
