"""Past returns with the facts as they were: what had come back by then, who had returned how often.

The catalogue, the levels of stock, and shops and registers with their settings are those of today:
nobody keeps how they were. What cannot be had any more shows itself, since the version that decided
then comes to another outcome on these facts than was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.inventory import services as inventory
from apps.inventory.commands import ItemNow, LevelNow
from apps.returns import store
from apps.returns.commands import AskedAdjustment, AskedExchange, AskedLine
from apps.returns.models import ConditionCode, CustomerReturn, ReasonCode
from apps.returns.policy import ExchangeFacts, Facts, LineFacts, Rulebook
from apps.returns.policy.facts import OfflineFacts
from apps.returns.services.counting import Case, load_counters_of
from apps.returns.services.earlier import Earlier, load_earlier
from apps.returns.states import Outcome
from apps.returns.store import Returner
from apps.sales.commands import LineOfSale, SaleFacts
from apps.sales.locks import read_sales

RELATED = ("store", "terminal__profile", "policy_version__policy")
PARTS = ("lines",)
MANAGER = "manager"
"""The rule by which a trace says that a person refused."""


@dataclass(frozen=True, slots=True)
class Past:
    """A return as it was asked for; `facts` are without policy, and without what a policy counts."""

    what: CustomerReturn
    facts: Facts
    returner: Returner

    @property
    def waived(self) -> frozenset[str]:
        """What a manager allowed then is allowed again."""
        return frozenset(self.what.waived)

    @property
    def refused(self) -> bool:
        """A manager was asked, and said no."""
        return any(row["rule"] == MANAGER for row in self.what.trace)


@dataclass(frozen=True, slots=True)
class _World:
    """What the facts of many returns are taken from, loaded at once."""

    sales: Mapping[UUID, SaleFacts]
    earlier: Earlier
    items: Mapping[str, ItemNow]
    levels: Mapping[tuple[int, int], LevelNow]
    reasons: dict[str, str]
    conditions: dict[str, str]


def load_past(returns: Sequence[CustomerReturn]) -> list[Past]:
    """The facts of many returns in a fixed number of statements. Load them with `RELATED`, `PARTS`."""
    world = _load_world(returns)
    return [_past(one, world) for one in returns]


def facts_under(cases: Sequence[Past], books: Sequence[Rulebook | None]) -> list[Facts]:
    """Each with a policy, and with what that policy counts; one statement for all of them."""
    asked = [
        Case(
            book.rules if book else None, one.facts, one.returner, one.what.pk, one.what.received_at
        )
        for one, book in zip(cases, books, strict=True)
    ]
    found = []
    for one, book, (counters, lowest) in zip(cases, books, load_counters_of(asked), strict=True):
        lines = tuple(
            replace(line, lowest_minor=lowest.get(line.item.item_id)) if line.item else line
            for line in one.facts.lines
        )
        found.append(replace(one.facts, rulebook=book, counters=counters, lines=lines))
    return found


def _load_world(returns: Sequence[CustomerReturn]) -> _World:
    sales = read_sales([one.sale_id for one in returns if one.sale_id is not None])
    earlier = load_earlier([line.sale_line_id for one in returns for line in one.lines.all()])
    skus = {line.sku for one in returns if one.sale_id is None for line in one.lines.all()}
    items = inventory.read_items(sorted(skus)) if skus else {}
    wanted = [
        (one.store_id, line.item_id)
        for one in returns
        for line in one.lines.all()
        if line.item_id is not None
    ]
    return _World(
        sales, earlier, items, inventory.read_levels_of(wanted),
        dict(ReasonCode.objects.values_list("code", "disposition")),
        dict(ConditionCode.objects.values_list("code", "disposition")),
    )  # fmt: skip


def _past(one: CustomerReturn, world: _World) -> Past:
    sale = world.sales.get(one.sale_id) if one.sale_id is not None else None
    returner = Returner(one.customer_ref, one.id_hash, one.card_fingerprint)
    shop = one.store
    offline = None
    if one.offline_data_at is not None:
        offline = OfflineFacts(one.offline_data_at, one.offline_outcome)
    facts = Facts(
        kind=one.kind,
        sale=sale,
        lines=tuple(_lines(one, sale, world)),
        exchange=tuple(_exchange(one)),
        rulebook=None,
        reasons=world.reasons,
        conditions=world.conditions,
        store_id=shop.pk,
        region_id=shop.region_id,
        store_currency=shop.currency,
        store_timezone=shop.timezone,
        at=decided_at(one),
        refund_to=one.refund_to,
        operator=one.operator_ref,
        returner_known=bool(returner.keys),
        id_shown=bool(one.id_hash),
        register_limit_minor=one.terminal.profile.return_limit_minor,
        offline=offline,
    )
    return Past(one, facts, returner)


def decided_at(one: CustomerReturn) -> datetime:
    """The time that decided."""
    return one.received_at if one.clock_suspect else one.occurred_at


def _lines(one: CustomerReturn, sale: SaleFacts | None, world: _World) -> list[LineFacts]:
    sold = {line.line_number: line for line in sale.lines} if sale else {}
    found = []
    for line in sorted(one.lines.all(), key=lambda line: line.number):
        of_sale = sold.get(line.sale_line_number or 0)
        if of_sale is not None:
            of_sale = world.earlier.before(one, of_sale)
        sku = "" if line.sale_line_id else line.sku
        asked = AskedLine(
            line.number, line.sale_line_number, sku, line.requested_quantity, line.reason,
            line.condition, line.serial_number,
            AskedAdjustment(line.adjustment_minor, "") if line.adjustment_minor else None,
        )  # fmt: skip
        item = world.items.get(sku) if sale is None else None
        goods: LineOfSale | ItemNow | None = of_sale or item
        level = world.levels.get((one.store_id, goods.item_id)) if goods else None
        found.append(LineFacts(asked, of_sale, item, level))
    return found


def _exchange(one: CustomerReturn) -> list[ExchangeFacts]:
    """What was to go out, with what was on the shelf: the trace keeps what was looked at."""
    found, claimed = [], dict[str, Decimal]()
    rows = [row for row in one.trace if row["rule"] == "stock_now"]
    for number, row in enumerate(rows, start=1):
        seen: Mapping[str, Any] = row["inputs"]
        sku, quantity = seen["sku"], Decimal(seen["requested"])
        before = claimed.get(sku, Decimal(0))
        available = Decimal(seen["available"]) + before if "available" in seen else None
        item_id = None if row["code"] == "exchange-unknown-item" else 0
        asked = AskedExchange(number, sku, quantity, seen.get("per_unit_minor", 0))
        found.append(ExchangeFacts(asked, item_id, available))
        claimed[sku] = before + quantity
    return found


def outcome_after(past: Past, outcome: Outcome) -> Outcome:
    """A manager who said no says no again."""
    asked = outcome == Outcome.NEEDS_OVERRIDE
    return Outcome.DENIED if past.refused and asked else outcome


def deciders_of(cases: Sequence[CustomerReturn], *, as_if: int) -> list[int | None]:
    """Of each the policy that would decide it today, were this one in force."""
    places = [(one.store_id, one.store.region_id, one.purchase_channel) for one in cases]
    distinct = list(dict.fromkeys(places))
    found = store.deciders(distinct, as_if=as_if)
    return [found[place] for place in places]
