from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
