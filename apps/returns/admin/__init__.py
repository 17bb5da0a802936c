"""Returns as stories; policies, reasons and conditions as forms."""

from apps.returns.admin import back_tests, policies, returns, versions, words

__all__ = ["back_tests", "policies", "returns", "versions", "words"]
