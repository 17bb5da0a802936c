"""Opening refunds with a return, and carrying them out afterwards."""

from apps.refunds.services.asking import ask_now
from apps.refunds.services.carry_out import execute_due_refunds
from apps.refunds.services.opening import (
    cancel_refunds,
    open_refunds,
    plan_refunds,
    release_planned,
    settle_planned,
)

__all__ = [
    "ask_now",
    "cancel_refunds",
    "execute_due_refunds",
    "open_refunds",
    "plan_refunds",
    "release_planned",
    "settle_planned",
]
