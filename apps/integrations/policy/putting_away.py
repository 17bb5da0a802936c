"""When putting something away needs a second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def amount_of(data: Mapping[str, Any]) -> int | None:
    """What an event is about in minor units: a return's refund, a refund's amount; None without."""
    amount = data.get("refund_total", data.get("amount"))
    return amount if isinstance(amount, int) and not isinstance(amount, bool) else None


def needs_second(amounts: list[int | None] | None, limit: int | None) -> bool:
    """Whether discarding takes two. `amounts` None: a whole group, of which nobody saw each one.

    Without a limit it never does. An event without an amount is below every limit.
    """
    if limit is None:
        return False
    return amounts is None or any(amount is not None and amount > limit for amount in amounts)
