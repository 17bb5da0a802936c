"""Which events a destination wants to hear of."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty means all. `types` may end in `.*`; amounts are minor units of a return's refund."""

    types: tuple[str, ...] = ()
    stores: frozenset[str] = frozenset()
    regions: frozenset[int] = frozenset()
    return_scope: str = ""  # "" | full | partial
    least_amount: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What of an event the filter looks at."""

    type: str
    store: str
    region: int | None
    data: dict[str, Any]


def wants(wanted: Filter, event: Heard) -> bool:
    """True when every part of the filter lets it through.

    Full or partial, and the amount, are asked only of events that say so themselves.
    """
    if wanted.types and not any(fnmatchcase(event.type, pattern) for pattern in wanted.types):
        return False
    if wanted.stores and event.store not in wanted.stores:
        return False
    if wanted.regions and event.region not in wanted.regions:
        return False
    scope = event.data.get("scope")
    if wanted.return_scope and scope is not None and scope != wanted.return_scope:
        return False
    amount = event.data.get("refund_total", event.data.get("amount"))
    if wanted.least_amount is not None and isinstance(amount, int):
        return amount >= wanted.least_amount
    return True
