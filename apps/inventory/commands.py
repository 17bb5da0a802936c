from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """Goods into (+) or out of (negative) one bucket. `reference` makes it happen once."""

    item_id: int
    bucket: str
    quantity: Decimal
    kind: str
    reference: str


@dataclass(frozen=True, slots=True)
class Posting:
    """The movements of one transaction in one shop."""

    store_id: int
    moves: Sequence[Move]
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LevelAfter:
    """A level as it stands after a posting."""

    item_id: int
    on_hand: Decimal
    reserved: Decimal
    quarantined: Decimal
    damaged: Decimal


@dataclass(frozen=True, slots=True)
class NewItem:
    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class LevelNow:
    """What a shop has of an item, and how much of it is promised."""

    on_hand: Decimal
    reserved: Decimal
