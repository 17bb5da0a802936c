"""Money going back."""

from apps.refunds.admin import credit, refunds, sandbox

__all__ = ["credit", "refunds", "sandbox"]
