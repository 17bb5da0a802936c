from apps.accounts.models.factors import RecoveryCode, SecondFactor
from apps.accounts.models.people import Role, StaffManager, User
from apps.accounts.models.tries import LoginTries, TriesBy

__all__ = [
    "LoginTries",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "StaffManager",
    "TriesBy",
    "User",
]
