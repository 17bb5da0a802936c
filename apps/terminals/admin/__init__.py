"""The fleet: registers, how they prove who they are, and how that proof is renewed."""

from apps.terminals.admin import (
    credentials,
    notices,
    policies,
    profiles,
    registers,
    rotations,
)

__all__ = ["credentials", "notices", "policies", "profiles", "registers", "rotations"]
