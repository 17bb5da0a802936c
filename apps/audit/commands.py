from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to stand in the trail: an action in dotted words, on a subject, with its outcome.

    `occurred_at` is when it happened, where that is not when we heard of it. What was changed
    stands in `data` as `{field: {"before": …, "after": …}}`.
    """

    action: str
    subject_type: str
    subject_id: str
    subject_label: str = ""
    outcome: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: its last number, and the hash that stands for all before it."""

    chain: int
    n: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed. `chain` 0 is that of no shop, None is none at all."""

    kind: str
    text: str
    chain: int | None = None
    n: int | None = None
    entry_id: int | None = None
