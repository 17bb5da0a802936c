"""What a rule is called, and what it looked at, in words. For the story of a return."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.states import Method
from apps.common import display
from apps.returns.states import Outcome
from apps.sales.states import Channel

RULES: dict[str, Any] = {
    "policy": gettext_lazy("A policy is in force"),
    "sale_known": gettext_lazy("The sale is known"),
    "window": gettext_lazy("Within the return window"),
    "gift_receipt": gettext_lazy("Gift receipts are taken"),
    "identity": gettext_lazy("Somebody shows who they are"),
    "purchase_channel": gettext_lazy("Bought where it may come back to a shop"),
    "cross_store": gettext_lazy("Bought in this shop, or in one it may come from"),
    "sale_age": gettext_lazy("The register that sold was heard of lately"),
    "stock_age": gettext_lazy("What is known of the stock is recent"),
    "line_belongs": gettext_lazy("The line is on the receipt"),
    "quantity_left": gettext_lazy("So many are left"),
    "item_known": gettext_lazy("The product is known"),
    "returnable": gettext_lazy("The product may come back"),
    "condition": gettext_lazy("It is in a condition that is taken"),
    "reason": gettext_lazy("It comes back for a reason that is accepted"),
    "serial": gettext_lazy("It is the very piece that was sold"),
    "price_known": gettext_lazy("It has a recent price"),
    "stock_here": gettext_lazy("The shop's stock can take it now"),
    "stock_now": gettext_lazy("Exchange goods are there"),
    "restocking_fee": gettext_lazy("A restocking fee"),
    "adjustment": gettext_lazy("Staff changed the amount"),
    "amount_maximum": gettext_lazy("No more than a return may give back"),
    "amount_limit": gettext_lazy("No more than without a manager"),
    "register_limit": gettext_lazy("No more than this register may give back"),
    "operator_limit": gettext_lazy("No more than the operator may give back in a day"),
    "no_receipt_cap": gettext_lazy("No more than without a receipt"),
    "no_receipt_customer": gettext_lazy("The customer brings not too much without receipts"),
    "frequent_returner": gettext_lazy("The customer does not return more than usual"),
    "operator_exceptions": gettext_lazy("The operator had not more exceptions than usual"),
    "offline": gettext_lazy("Decided offline, within its limits"),
    "manager": gettext_lazy("A manager was asked"),
}

Say = Callable[[Any, str, str], Any]
"""A value, the shop's time zone and the return's currency, as text."""


def _text(value: Any, zone: str, currency: str) -> Any:
    return value


def _flag(value: Any, zone: str, currency: str) -> Any:
    return _("yes") if value else _("no")


def _money(value: Any, zone: str, currency: str) -> Any:
    return display.money(value, currency)


def _moment(value: Any, zone: str, currency: str) -> Any:
    return display.exact(datetime.fromisoformat(value), zone)


def _day(value: Any, zone: str, currency: str) -> Any:
    return date_format(datetime.fromisoformat(value).date(), "j M Y")


def _quantity(value: Any, zone: str, currency: str) -> Any:
    return display.quantity(Decimal(value))


def _one_of(choices: Any) -> Say:
    return lambda value, zone, currency: dict(choices).get(value, value)


GROUNDS: dict[str, tuple[Any, Say]] = {
    "adjustment_minor": (gettext_lazy("changed by"), _money),
    "alone_minor": (gettext_lazy("without a manager"), _money),
    "amount_minor": (gettext_lazy("amount"), _money),
    "approver": (gettext_lazy("approver"), _text),
    "authorized": (gettext_lazy("promised"), _quantity),
    "available": (gettext_lazy("available"), _quantity),
    "carried": (gettext_lazy("carried here"), _flag),
    "category": (gettext_lazy("category"), _text),
    "channel": (gettext_lazy("bought"), _one_of(Channel.choices)),
    "condition": (gettext_lazy("condition"), _text),
    "count": (gettext_lazy("how often"), _text),
    "count_limit": (gettext_lazy("at most so often"), _text),
    "counting": (gettext_lazy("being counted"), _flag),
    "currency": (gettext_lazy("currency"), _text),
    "days": (gettext_lazy("days"), _text),
    "decided": (gettext_lazy("decided by the register"), _one_of(Outcome.choices)),
    "delivered": (gettext_lazy("delivered"), _moment),
    "fee_minor": (gettext_lazy("fee"), _money),
    "final_sale": (gettext_lazy("final sale"), _flag),
    "hazardous": (gettext_lazy("hazardous"), _flag),
    "holiday_until": (gettext_lazy("holidays, until"), _day),
    "hours": (gettext_lazy("hours at most"), _text),
    "id_required": (gettext_lazy("document needed"), _flag),
    "id_shown": (gettext_lazy("document shown"), _flag),
    "known_at": (gettext_lazy("as of"), _moment),
    "last_day": (gettext_lazy("last day"), _day),
    "limit_minor": (gettext_lazy("at most"), _money),
    "line": (gettext_lazy("line"), _text),
    "lowest_minor": (gettext_lazy("lowest price"), _money),
    "method": (gettext_lazy("proved by"), _one_of(Method.choices)),
    "minutes": (gettext_lazy("minutes at most"), _text),
    "most_minor": (gettext_lazy("at most"), _money),
    "per_unit_minor": (gettext_lazy("per unit"), _money),
    "percent": (gettext_lazy("percent"), _text),
    "policy": (gettext_lazy("policy"), _text),
    "reason": (gettext_lazy("reason"), _text),
    "recalled": (gettext_lazy("recalled"), _flag),
    "receipt": (gettext_lazy("receipt"), _text),
    "requested": (gettext_lazy("asked for"), _quantity),
    "returnable": (gettext_lazy("returnable"), _flag),
    "returned": (gettext_lazy("came back"), _quantity),
    "same_region": (gettext_lazy("same region"), _flag),
    "serial": (gettext_lazy("serial number"), _text),
    "serial_sold": (gettext_lazy("sold"), _text),
    "services_refunded": (gettext_lazy("services are given back"), _flag),
    "shop_currency": (gettext_lazy("the shop's currency"), _text),
    "sku": (gettext_lazy("SKU"), _text),
    "sku_sold": (gettext_lazy("sold"), _text),
    "today": (gettext_lazy("that day"), _day),
    "version": (gettext_lazy("version"), _text),
    "worth_minor": (gettext_lazy("worth"), _money),
}
# What is told in an order; the database keeps none.
_PLACES = {
    name: place
    for place, name in enumerate(
        ("policy", "version", "sold", "delivered", "returned", "authorized", "requested", "days",
         "last_day", "holiday_until", "today", "condition", "percent", "per_unit_minor", "count",
         "count_limit", "worth_minor", "fee_minor", "amount_minor", "limit_minor", "decided",
         "known_at")
    )
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def in_words(inputs: dict[str, Any], *, zone: str, currency: str) -> dict[str, Any]:
    """What a rule looked at, by name, as a reader of the admin knows it."""
    said = [name for name, value in inputs.items() if value not in (None, "")]
    ordered = sorted(said, key=lambda name: _PLACES.get(name, len(_PLACES)))
    return dict(_one(name, inputs[name], zone, currency) for name in ordered)


def _one(name: str, value: Any, zone: str, currency: str) -> tuple[str, Any]:
    if name == "sold":
        return str(_("sold")), _sold(value, zone, currency)
    label, say = GROUNDS.get(name, (name, _text))
    return str(label), say(value, zone, currency)


def _sold(value: Any, zone: str, currency: str) -> Any:
    """When, how many, or what: three rules say it."""
    if _MOMENT.fullmatch(str(value)):
        return _moment(value, zone, currency)
    return _quantity(value, zone, currency) if _NUMBER.fullmatch(str(value)) else value
