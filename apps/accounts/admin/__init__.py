"""People and their roles, and the doors that are shut after failed log-ins."""

from apps.accounts.admin import people, tries

__all__ = ["people", "tries"]
