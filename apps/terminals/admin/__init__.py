"""The fleet: registers, what they may do, and their secrets."""

from apps.terminals.admin import credentials, profiles, registers

__all__ = ["credentials", "profiles", "registers"]
