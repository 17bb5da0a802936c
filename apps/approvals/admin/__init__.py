"""Who may approve, and how much."""

from apps.approvals.admin import approvers, levels

__all__ = ["approvers", "levels"]
