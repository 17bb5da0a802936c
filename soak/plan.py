"""How long a run is, how many registers it has, and how much goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

TOKEN_LIFE_S = 3
OVERLAP_S = 4
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """Times in seconds, shares of 1. Everything thrown is thrown from the seed."""

    seconds: float
    registers: int
    seed: int
    lost_share: float = 0.2  # of answers with tokens and keys
    killed_share: float = 0.05  # of rotations: the register ends before it has written them down
    rotate_every: float = 5
    longest_open: float = 8  # for which an authorized return waits for its goods

    @property
    def kill_every(self) -> float:
        return min(10, self.seconds / 4)

    @property
    def restart_every(self) -> float:
        return max(10, min(20, self.seconds / 2))

    @property
    def revoke_every(self) -> float:
        return min(4, self.seconds / 8)

    @property
    def patience(self) -> float:
        """How long a run goes on at most, where by its end some kind of trouble was not yet met."""
        return self.seconds + PATIENCE_S

    def dice(self, name: str) -> Random:
        """Dice of one part of the run, which no other part throws."""
        return Random(f"{self.seed}:{name}")
