"""Returns as stories; policies, reasons and conditions as forms."""

from apps.returns.admin import policies, returns, words

__all__ = ["policies", "returns", "words"]
