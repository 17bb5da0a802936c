from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody said and showed at a register: a personnel number with a PIN, or a badge.

    Neither PIN nor badge is ever part of a text made of this.
    """

    approver: str
    pin: str = field(default="", repr=False)
    badge: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved who they are. What they may do is another question."""

    approver_id: int
    method: str
