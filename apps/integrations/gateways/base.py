"""What every connector does. One small module each; none of them touches our database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from apps.integrations.commands import CallMade
from apps.integrations.policy.answers import Outcome

ANSWER_KEPT = 2_048


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way: `body` is what the destination gets, mapped already."""

    event_id: UUID
    type: str
    subject: str
    sequence: int
    occurred_at: datetime
    body: Any


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to call and how. `credentials` and `secrets` are kept out of repr, and so out of logs."""

    name: str
    url: str
    timeout: float
    loopback: bool
    permanent_statuses: frozenset[int]
    config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """One call, and the outcome of each message that it carried, in their order."""

    call: CallMade
    outcomes: Sequence[Outcome]


class Connector(Protocol):
    """A kind of other system. Stateless but for what it remembers in memory; used by many threads."""

    def carries_many(self, config: Mapping[str, Any]) -> bool:
        """Whether one call takes a whole batch; else it is called once a message."""
        ...

    def deliver(self, batch: Sequence[Message], target: Target, *, now: datetime) -> Result:
        """Call the other system; what went wrong is an outcome, not an exception."""
        ...

    def preview(self, batch: Sequence[Message], target: Target, *, now: datetime) -> CallMade:
        """The request that `deliver` would make, without making it (dry run)."""
        ...

    def test(self, target: Target, *, now: datetime) -> Result:
        """A harmless call that shows whether address and credentials are right."""
        ...

    def check(self, config: Mapping[str, Any]) -> list[str]:
        """What is wrong with the settings, a sentence each."""
        ...
