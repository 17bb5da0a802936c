"""What Tryton is asked for: a customer return shipment, and an entry in the general journal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from apps.common.money import exponent
from apps.integrations.policy.accounting import (
    CLEARING,
    RETURNS,
    TAX,
    TENDER,
    Entry,
    NotBookable,
    entry_of,
)
from apps.integrations.policy.books import Accounts, read_accounts
from apps.integrations.policy.settings import Reader

TO_THE_SHELF = "return_to_stock"
PRICE_DIGITS = Decimal("0.0001")
COMPLETED, VOIDED = "return.completed", "return.voided"
_FURTHEST_FIRST = ("done", "received", "draft")


@dataclass(frozen=True, slots=True)
class TrytonSettings:
    company: int
    shipments: bool
    moves: bool
    customer: str
    customers: Mapping[str, str]  # by shop
    warehouse: str
    warehouses: Mapping[str, str]  # by shop
    locations: Mapping[str, str]  # by disposition
    journal: str
    accounts: Accounts  # codes, not names
    zone: str
    skip_warnings: bool


@dataclass(frozen=True, slots=True)
class GoodsLine:
    product: str
    quantity: str
    unit_price: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Shipment:
    reference: str
    customer: str
    warehouse: str
    date: str
    currency: str
    lines: tuple[GoodsLine, ...]


@dataclass(frozen=True, slots=True)
class MoveLine:
    account: str
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class Move:
    """An entry in the general journal; `description` is how it is found again."""

    description: str
    text: str
    journal: str
    date: str
    currency: str
    lines: tuple[MoveLine, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an event asks for. `undo`: the beginning of the references of shipments to cancel."""

    shipment: Shipment | None = None
    undo: str = ""
    move: Move | None = None

    def shown(self) -> dict[str, Any]:
        return {name: what for name, what in asdict(self).items() if what}


class NoAccount(ValueError):
    """The settings name no account for something that has to be booked."""


def read_tryton(config: Mapping[str, Any]) -> tuple[TrytonSettings, list[str]]:
    """The settings, and what is wrong with them, a sentence each."""
    reader = Reader(config)
    settings = TrytonSettings(
        company=reader.number("company", 0, least=0, most=2**31),
        shipments=reader.flag("shipments", default=True),
        moves=reader.flag("moves", default=True),
        customer=reader.text("customer"),
        customers=reader.table("customers"),
        warehouse=reader.text("warehouse", "WH"),
        warehouses=reader.table("warehouses"),
        locations=reader.table("locations"),
        journal=reader.text("journal", "REV"),
        accounts=read_accounts(reader, {}, {}),
        zone=reader.text("timezone", "UTC"),
        skip_warnings=reader.flag("skip_warnings", default=True),
    )
    if not settings.company:
        reader.complain(_("“company” is missing: the number of the company in Tryton."), "company")
    if settings.zone not in available_timezones():
        reader.complain(_("“%s” is no time zone.") % settings.zone, "timezone")
    if settings.shipments and not settings.customer:
        reader.complain(
            _("“customer” is missing: the code of a party, for walk-in customers."), "customer"
        )
    needed = (RETURNS, TAX, CLEARING, TENDER) if settings.moves else ()
    for role in needed:
        if not settings.accounts.by_role.get(role):
            reader.complain(_("“accounts” names no account for “%s”.") % role, f"accounts.{role}")
    return settings, reader.done()


def plan_of(event: Any, settings: TrytonSettings) -> Plan:
    """What an event (`docs/api.md`) asks for; nothing of most. NotBookable, NoAccount."""
    entry = entry_of(event)
    move = _move(entry, settings) if entry and settings.moves else None
    if not settings.shipments or not isinstance(event, dict):
        return Plan(move=move)
    data, type_ = event.get("data", {}), event.get("type")
    if type_ == COMPLETED:
        return Plan(shipment=_shipment(event, settings), move=move)
    if type_ == VOIDED and data.get("completed"):
        return Plan(undo=f"{data['number']} ", move=move)
    return Plan(move=move)


def _shipment(event: Mapping[str, Any], settings: TrytonSettings) -> Shipment | None:
    data, shop = event["data"], event["store"]
    try:
        lines = tuple(
            _goods_line(line, data["currency"])
            for line in data["lines"]
            if Decimal(line["quantity"]) > 0
        )
    except (KeyError, TypeError, ArithmeticError) as error:
        raise NotBookable(f"{type(error).__name__}: {error}") from error
    if not lines:
        return None
    return Shipment(
        reference=f"{data['number']} {event['id']}",
        customer=settings.customers.get(shop, settings.customer),
        warehouse=settings.warehouses.get(shop, settings.warehouse),
        date=str(_day(event["occurred_at"], settings)),
        currency=data["currency"],
        lines=lines,
    )


def _goods_line(line: Mapping[str, Any], currency: str) -> GoodsLine:
    """The price without taxes of one unit, as it was paid, to four digits."""
    quantity = Decimal(line["quantity"])
    net = Decimal(line["refund"] - line["tax"]).scaleb(-exponent(currency))
    price = (net / quantity).quantize(PRICE_DIGITS, rounding=ROUND_HALF_UP)
    return GoodsLine(line["sku"], line["quantity"], str(price), line["disposition"])


def _move(entry: Entry, settings: TrytonSettings) -> Move:
    lines = []
    for one in entry.postings:
        account = settings.accounts.fill(one, entry.shop, str)
        if not account:
            raise NoAccount(f"no account for “{one.role}”")
        amount = _amount(abs(one.minor), entry.currency)
        nothing = _amount(0, entry.currency)
        lines.append(
            MoveLine(account, *((amount, nothing) if one.minor > 0 else (nothing, amount)))
        )
    return Move(
        description=f"{entry.number} {entry.event_id}",
        text=entry.text,
        journal=settings.journal,
        date=str(entry.at.astimezone(ZoneInfo(settings.zone)).date()),
        currency=entry.currency,
        lines=tuple(lines),
    )


def _amount(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):.{exponent(currency)}f}"


def _day(occurred_at: str, settings: TrytonSettings) -> date:
    return datetime.fromisoformat(occurred_at).astimezone(ZoneInfo(settings.zone)).date()


def the_one(found: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, list[int]]:
    """Of several records with one reference: the one that counts, and the drafts to be removed.

    The furthest on counts, of those the oldest. So whoever looks at whichever moment chooses the
    same, and a draft whose making came through after we had given it up is never carried on.
    """
    order = {state: place for place, state in enumerate(_FURTHEST_FIRST)}
    ranked = sorted(found, key=lambda one: (order.get(one["state"], len(order)), one["id"]))
    if not ranked:
        return None, []
    return ranked[0], [one["id"] for one in ranked[1:] if one["state"] == "draft"]


def places_for(
    moves: Sequence[Mapping[str, Any]], wanted: Sequence[tuple[int, Decimal, str]]
) -> dict[int, str]:
    """Which of the moves within the warehouse goes to which disposition.

    `moves` have `id`, `product` and `quantity`; `wanted` is (product, quantity, disposition) of each
    line. Two lines of one product and quantity are alike, so it does not matter which is which.
    """
    left: dict[tuple[int, Decimal], list[str]] = {}
    for product, quantity, disposition in wanted:
        left.setdefault((product, quantity), []).append(disposition)
    places = {}
    for move in sorted(moves, key=lambda one: one["id"]):
        fits = left.get((move["product"], Decimal(str(move["quantity"]))))
        if fits:
            places[move["id"]] = fits.pop(0)
    return places
