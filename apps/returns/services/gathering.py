"""Loading and locking what a decision rests on, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from apps.common.caller import Caller
from apps.common.errors import FieldError, Invalid
from apps.common.money import CashRounding
from apps.inventory import services as inventory
from apps.inventory.commands import ItemNow, LevelNow
from apps.returns import store
from apps.returns.commands import AskedLine, AskReturn
from apps.returns.locks import hold_returner
from apps.returns.models import CustomerReturn
from apps.returns.policy import ExchangeFacts, Facts, LineFacts, Rulebook
from apps.returns.policy.facts import Ages, OfflineFacts
from apps.returns.services.counting import counts_returner, load_counters
from apps.returns.states import ReturnKind
from apps.returns.store import Returner
from apps.sales.commands import LineOfSale, SaleFacts
from apps.sales.locks import load_sale
from apps.stores.models import Store

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happened: the register's own time where it may be trusted, else ours."""

    occurred_at: datetime
    decides_at: datetime
    clock_suspect: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Where goods are brought: the shop and the register, as far as a decision depends on them."""

    store_id: int
    region_id: int | None
    currency: str
    timezone: str
    return_limit_minor: int | None
    store_number: str
    cash: CashRounding

    @classmethod
    def of_caller(cls, caller: Caller) -> Desk:
        return cls(
            caller.store_id, caller.region_id, caller.currency, caller.timezone,
            caller.return_limit_minor, caller.store_number, caller.cash_rounding,
        )  # fmt: skip

    @classmethod
    def of_store(cls, shop: Store) -> Desk:
        """A register of that shop without a limit of its own."""
        return cls(
            shop.pk, shop.region_id, shop.currency, shop.timezone, None, shop.number,
            shop.cash_rounding,
        )  # fmt: skip

    @classmethod
    def of_return(cls, customer_return: CustomerReturn) -> Desk:
        """As it stands now, for a return that is decided again."""
        shop, profile = customer_return.store, customer_return.terminal.profile
        return cls(
            shop.pk, shop.region_id, shop.currency, shop.timezone, profile.return_limit_minor,
            shop.number, shop.cash_rounding,
        )  # fmt: skip


def moment_of(occurred_at: datetime | None, *, caller: Caller, now: datetime) -> Moment:
    """A clock more than 5 minutes off decides nothing, unless the profile may backdate."""
    if occurred_at is None:
        return Moment(now, now, clock_suspect=False)
    if "backdate" in caller.scopes or abs(occurred_at - now) <= CLOCK_TOLERANCE:
        return Moment(occurred_at, occurred_at, clock_suspect=False)
    return Moment(occurred_at, now, clock_suspect=True)


def gather_facts(
    ask: AskReturn, *, desk: Desk, at: datetime, lock: bool,
    own: UUID | None = None, under: Rulebook | None = None,
) -> Facts:  # fmt: skip
    """Everything `decide` may ask for; the number of statements depends on no line and no rule.

    1. The sale with its lines, taxes and tenders; its lines are what a return is about.
    2. The policy in force (or `under`, one that is tried), with where reasons and conditions send goods.
    3. Items that are named by SKU only, and this shop's levels of all goods that come or go.
    4. What went before (`own`, a return that is decided again, left out), and recent prices.
    With `lock`, the sale, its lines, who brings the goods (where that is counted) and the levels an
    exchange touches are held until the transaction ends; always in that order.
    """
    sale = _load_sale(ask, lock=lock)
    book, reasons, conditions = _load_rulebook(ask, sale, desk)
    book = under or book
    kind, returner = kind_of(ask, sale), returner_of(ask, sale)
    rules = book.rules if book else None
    if lock and counts_returner(rules, kind):
        hold_returner(returner.keys)
    goods = _load_goods(ask, sale, desk=desk, lock=lock)
    counters, lowest = load_counters(
        rules, goods.lines, kind=kind, returner=returner, operator=ask.operator,
        store_id=desk.store_id, currency=desk.currency, timezone=desk.timezone, at=at, without=own,
    )  # fmt: skip
    return Facts(
        kind=kind,
        sale=sale,
        lines=tuple(_priced(line, lowest) for line in goods.lines),
        exchange=goods.exchange,
        rulebook=book,
        reasons=reasons,
        conditions=conditions,
        store_id=desk.store_id,
        region_id=desk.region_id,
        store_currency=desk.currency,
        store_timezone=desk.timezone,
        at=at,
        refund_to=ask.refund_to,
        operator=ask.operator,
        returner_known=bool(returner.keys),
        id_shown=bool(ask.id_hash),
        register_limit_minor=desk.return_limit_minor,
        counters=counters,
        ages=Ages(sale.seller_seen_at if sale else None, goods.told_at),
        offline=OfflineFacts(ask.offline.data_at, ask.offline.outcome) if ask.offline else None,
        store_number=desk.store_number,
        store_cash=desk.cash,
    )


def _load_sale(ask: AskReturn, *, lock: bool) -> SaleFacts | None:
    if ask.sale is None:
        return None
    numbers = [line.sale_line for line in ask.lines if line.sale_line is not None]
    return load_sale(ask.sale, numbers, lock=lock)


def _load_rulebook(
    ask: AskReturn, sale: SaleFacts | None, desk: Desk
) -> tuple[Rulebook | None, dict[str, str], dict[str, str]]:
    """The version in force, and where reasons and conditions send goods; Invalid for unknown ones."""
    book, reasons, conditions = store.load_rulebook(
        store_id=desk.store_id,
        region_id=desk.region_id,
        channel=sale.channel if sale else "",
        reasons=[line.reason for line in ask.lines],
        conditions=[line.condition for line in ask.lines],
    )
    _refuse_unknown_words(ask, reasons, conditions)
    return book, reasons, conditions


def kind_of(ask: AskReturn, sale: SaleFacts | None) -> str:
    if ask.sale is None:
        return str(ReturnKind.BLIND)
    if sale is None:
        return str(ReturnKind.UNVERIFIED)
    return str(ReturnKind.GIFT_RECEIPT if ask.gift_receipt else ReturnKind.RECEIPTED)


def customer_of(ask: AskReturn, sale: SaleFacts | None) -> str:
    """Who brings the goods: with a gift receipt never the buyer, unless somebody says so."""
    if ask.customer or sale is None or ask.gift_receipt:
        return ask.customer
    return sale.customer


def returner_of(ask: AskReturn, sale: SaleFacts | None) -> Returner:
    """By number, document or card: the card shown, else the one that paid, since whoever has the
    receipt paid with it."""
    card = ask.card_fingerprint
    if not card and sale is not None and not ask.gift_receipt:
        card = next((t.card_fingerprint for t in sale.tenders if t.card_fingerprint), "")
    return Returner(customer_of(ask, sale), ask.id_hash, card)


@dataclass(frozen=True, slots=True)
class _Goods:
    lines: tuple[LineFacts, ...]
    exchange: tuple[ExchangeFacts, ...]
    told_at: datetime | None


def _load_goods(ask: AskReturn, sale: SaleFacts | None, *, desk: Desk, lock: bool) -> _Goods:
    """Levels of what goes out are locked, those of what comes in along, to keep one lock order."""
    named = [line.sku for line in ask.lines if line.sku] if sale is None else []
    items = {}
    if named or ask.exchange:
        items = inventory.read_items([*named, *(line.sku for line in ask.exchange)])
    sold = {line.line_number: line for line in sale.lines} if sale else {}
    touched = {line.item_id for line in sold.values()} | {i.item_id for i in items.values()}
    levels = inventory.read_levels(desk.store_id, touched, lock=lock and bool(ask.exchange))
    told = [level.told_at for level in levels.values() if level.told_at is not None]
    return _Goods(
        tuple(_line_facts(line, sold, items, levels, sale) for line in ask.lines),
        tuple(
            ExchangeFacts(
                line,
                item.item_id if item else None,
                _available(levels, item),
                recalled=bool(item and item.recalled),
            )
            for line in ask.exchange
            for item in [items.get(line.sku)]
        ),
        min(told, default=None),
    )


def _line_facts(
    line: AskedLine,
    sold: Mapping[int, LineOfSale],
    items: Mapping[str, ItemNow],
    levels: Mapping[int, LevelNow],
    sale: SaleFacts | None,
) -> LineFacts:
    of_sale = sold.get(line.sale_line or 0)
    item = items.get(line.sku) if sale is None else None
    goods = of_sale or item
    return LineFacts(line, of_sale, item, levels.get(goods.item_id) if goods else None)


def _priced(line: LineFacts, lowest: Mapping[int, int]) -> LineFacts:
    return replace(line, lowest_minor=lowest.get(line.item.item_id)) if line.item else line


def _available(levels: Mapping[int, LevelNow], item: ItemNow | None) -> Decimal | None:
    level = levels.get(item.item_id) if item else None
    return None if level is None else level.on_hand - level.reserved


def _refuse_unknown_words(
    ask: AskReturn, reasons: dict[str, str], conditions: dict[str, str]
) -> None:
    errors = [
        FieldError(
            f"lines[{index}].{name}", "unknown-code", f"“{value}” is not one of the {name} codes."
        )
        for index, line in enumerate(ask.lines)
        for name, value, known in (
            ("reason", line.reason, reasons),
            ("condition", line.condition, conditions),
        )
        if value and value not in known
    ]
    if errors:
        raise Invalid("A reason or condition is not known here.", errors=errors)
