"""How long a run is, how much goes wrong in it, and who wants to hear of what."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from soak.plan import Plan

TIMEOUT_S = 1
MARGIN_S = 5
"""For which a worker keeps what it has taken beyond the time of a call; 40 in production."""
SCHEDULE = [0, 1, 1, 2] + [2] * 196
"""Seconds before each attempt: so many that none is ever given up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A destination of the run: `settings` are columns of it."""

    name: str
    ordered: bool = False
    types: tuple[str, ...] = ()
    settings: dict[str, object] = field(default_factory=dict)

    def wants(self, event_type: str) -> bool:
        return not self.types or any(fnmatchcase(event_type, one) for one in self.types)


WISHES = (
    Wish("ordered", ordered=True),
    Wish("unordered"),
    Wish("every 5 s", types=("return.*", "refund.*"),
         settings={"sync_mode": "every", "every_seconds": 5}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeliveryPlan(Plan):
    """`kills` is how many workers are to be killed, spread over the run."""

    kills: int = 100
    mood_every: float = 2.0  # on average, seconds
    press_every: float = 4.0  # somebody closes breakers that would stay open for minutes

    @property
    def kill_every(self) -> float:
        return self.seconds / (self.kills + 1)
