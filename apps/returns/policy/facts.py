"""All that a decision rests on, gathered beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.returns.commands import AskedExchange, AskedLine
from apps.returns.policy.settings import Rules
from apps.sales.commands import LineOfSale, SaleFacts


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The policy version in force for this shop and channel."""

    version_id: int
    name: str
    version: int
    rules: Rules


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line that was asked for, with the line of the sale it names (None: the receipt has no such)."""

    asked: AskedLine
    sold: LineOfSale | None


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """Goods asked for in exchange. `item_id` None: unknown; `available` None: not stocked here."""

    asked: AskedExchange
    item_id: int | None
    available: Decimal | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of the decision; `at` is the time that decides."""

    receipt_named: bool
    sale: SaleFacts | None
    lines: tuple[LineFacts, ...]
    exchange: tuple[ExchangeFacts, ...]
    rulebook: Rulebook | None
    reasons: dict[str, str]
    conditions: dict[str, str]
    store_currency: str
    store_timezone: str
    at: datetime
