from apps.terminals.models.credentials import (
    AccessToken,
    Credential,
    EnrolmentCode,
    SpentAssertion,
)
from apps.terminals.models.notices import Notice
from apps.terminals.models.registers import (
    Terminal,
    TerminalProfile,
    TerminalSeen,
    default_scopes,
)
from apps.terminals.models.rotation import Rotation, RotationPolicy, RotationTarget

__all__ = [
    "AccessToken",
    "Credential",
    "EnrolmentCode",
    "Notice",
    "Rotation",
    "RotationPolicy",
    "RotationTarget",
    "SpentAssertion",
    "Terminal",
    "TerminalProfile",
    "TerminalSeen",
    "default_scopes",
]
