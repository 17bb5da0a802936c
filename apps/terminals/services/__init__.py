"""Registers: who they are, how they prove it, and how that proof is renewed."""

from apps.terminals.services.credentials import revoke_credential
from apps.terminals.services.enrolment import (
    Enrolment,
    EnrolmentCodeInvalid,
    EnrolmentCodeUsed,
    enrol,
    issue_code,
)
from apps.terminals.services.heartbeats import note_heartbeat
from apps.terminals.services.importing import PlannedRegister, import_registers, plan_import
from apps.terminals.services.keys import KeyConflict, RotationInProgress, post_credential
from apps.terminals.services.notices import clear_notice
from apps.terminals.services.registers import (
    add_terminal,
    ensure_profile,
    revoke_terminal,
    set_status,
)
from apps.terminals.services.rotation import cancel_rotation, order_rotation
from apps.terminals.services.secrets import issue_secret
from apps.terminals.services.tending import tend
from apps.terminals.services.tokens import (
    AssertionClock,
    InvalidClient,
    InvalidScope,
    IssuedToken,
    issue_token,
    issue_token_by_assertion,
    prune_tokens,
    revoke_token,
)

__all__ = [
    "AssertionClock",
    "Enrolment",
    "EnrolmentCodeInvalid",
    "EnrolmentCodeUsed",
    "InvalidClient",
    "InvalidScope",
    "IssuedToken",
    "KeyConflict",
    "PlannedRegister",
    "RotationInProgress",
    "add_terminal",
    "cancel_rotation",
    "clear_notice",
    "enrol",
    "ensure_profile",
    "import_registers",
    "issue_code",
    "issue_secret",
    "issue_token",
    "issue_token_by_assertion",
    "note_heartbeat",
    "order_rotation",
    "plan_import",
    "post_credential",
    "prune_tokens",
    "revoke_credential",
    "revoke_terminal",
    "revoke_token",
    "set_status",
    "tend",
]
