from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class News:
    """An event about to be written. `subject_type`/`subject_id` order it; `data` is what is told."""

    type: str
    subject_type: str
    subject_id: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the news comes from: shop and register as plain values, and the register's own time."""

    store_id: int | None
    store_number: str
    terminal_number: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The feed at a moment: events with the places `first` to `last` are there."""

    epoch: UUID
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come: everything up to this position of this epoch."""

    epoch: str
    position: int
