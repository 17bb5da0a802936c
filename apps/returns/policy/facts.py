"""All that a decision rests on, gathered beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.common.money import NOT_ROUNDED, CashRounding
from apps.inventory.commands import ItemNow, LevelNow
from apps.returns.commands import AskedExchange, AskedLine
from apps.returns.policy.settings import Rules
from apps.returns.states import ReturnKind
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
    """A line that was asked for. With a sale: the line of it (None: the receipt has no such).

    `item` is known for lines that name a SKU only; `stock` is this shop's level of the goods (None:
    there is none); `lowest_minor` the lowest price of one unit in the look-back time.
    """

    asked: AskedLine
    sold: LineOfSale | None
    item: ItemNow | None = None
    stock: LevelNow | None = None
    lowest_minor: int | None = None

    @property
    def goods(self) -> ItemNow | LineOfSale | None:
        """What the item allows: `sku`, `category`, `returnable`, `recalled` and so on."""
        return self.sold or self.item


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """Goods asked for in exchange. `item_id` None: unknown; `available` None: not stocked here."""

    asked: AskedExchange
    item_id: int | None
    available: Decimal | None
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How many returns, and their worth in minor units of the shop's currency."""

    count: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """What went before, this return not counted; each over the time that the policy names.

    `returner` is who brings the goods, by customer, identity document or card; `without_receipt`
    are those of them without one. `operator_exceptions` counts an operator's returns without
    receipt, approved by a manager, or denied; `operator_today` what went through since midnight.
    """

    returner: Tally = Tally()
    without_receipt: Tally = Tally()
    operator_exceptions: int = 0
    operator_today: Tally = Tally()


@dataclass(frozen=True, slots=True)
class Ages:
    """When the data was fresh. None: it is ours, and fresh by itself, or nothing is known of it."""

    seller_seen_at: datetime | None = None  # the register that sold was last heard of
    stock_told_at: datetime | None = None  # the oldest word of another system on these goods


@dataclass(frozen=True, slots=True)
class OfflineFacts:
    """What a register decided by itself; `data_at` is when the data it had was fresh."""

    data_at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the moment of the decision; `at` is the time that decides."""

    kind: str
    sale: SaleFacts | None
    lines: tuple[LineFacts, ...]
    exchange: tuple[ExchangeFacts, ...]
    rulebook: Rulebook | None
    reasons: dict[str, str]
    conditions: dict[str, str]
    store_id: int
    region_id: int | None
    store_currency: str
    store_timezone: str
    at: datetime
    refund_to: str = "original"
    operator: str = ""
    returner_known: bool = False  # by customer number, identity document or card
    id_shown: bool = False
    register_limit_minor: int | None = None
    counters: Counters = field(default_factory=Counters)
    ages: Ages = field(default_factory=Ages)
    offline: OfflineFacts | None = None
    store_number: str = ""
    store_cash: CashRounding = NOT_ROUNDED

    @property
    def rules(self) -> Rules | None:
        """None: no policy is in force, which is reason enough to deny."""
        return self.rulebook.rules if self.rulebook else None

    @property
    def receipted(self) -> bool:
        """The sale is known, whoever brings the goods."""
        return self.kind in (ReturnKind.RECEIPTED, ReturnKind.GIFT_RECEIPT)
