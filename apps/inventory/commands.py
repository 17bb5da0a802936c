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
    ranged: bool = True
    counting: bool = False
    told_at: datetime | None = None  # the last word of another system; None: there is none


@dataclass(frozen=True, slots=True)
class ItemNow:
    """What the master data says of an item that comes back."""

    item_id: int
    sku: str
    category: str
    returnable: bool
    serial_tracked: bool
    hazardous: bool
    recalled: bool


@dataclass(frozen=True, slots=True)
class ItemTold:
    """What another system says of an item. None: it says nothing of that, which stays as it is."""

    sku: str
    gtin: str | None = None
    name: str | None = None
    category: str | None = None
    unit: str | None = None
    returnable: bool | None = None
    serial_tracked: bool | None = None
    hazardous: bool | None = None
    recalled: bool | None = None


@dataclass(frozen=True, slots=True)
class ItemsTaken:
    """What became of items that were told: SKUs that are new, and those that changed."""

    new: frozenset[str]
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class LevelReport:
    """How much of an item a shop had at a moment. `reference` makes the correction happen once."""

    store_id: int
    item_id: int
    on_hand: Decimal
    as_of: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class LevelCorrected:
    """A level after its correction by `difference`."""

    store_id: int
    difference: Decimal
    level: LevelAfter
