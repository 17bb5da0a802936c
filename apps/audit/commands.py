from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to stand in the trail: an action in dotted words, on a subject, with its outcome."""

    action: str
    subject_type: str
    subject_id: str
    subject_label: str = ""
    outcome: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
