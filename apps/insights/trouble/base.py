"""What a source of the error queue gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Button:
    """`permission` opens it; without one, whoever sees the queue may press it."""

    label: Any
    url: str
    permission: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All that failed alike. `count` is exact up to 1,000; 1,001 is more."""

    what: Any
    where: str
    cause: str
    detail: str
    count: int
    since: datetime | None
    example: str
    example_url: str
    rows_url: str
    buttons: Sequence[Button] = ()
    came_in: bool = False
    """It came from where it says; else it was on its way there."""

    @property
    def is_more(self) -> bool:
        return self.count > COUNTED

    @property
    def shown(self) -> int:
        return min(self.count, COUNTED)


class Source(Protocol):
    """One kind of thing that needs a person."""

    def groups(self, now: datetime) -> list[Group]:
        """By cause. A statement or two, none over a whole table."""
        ...
