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

_T = gettext_lazy

RULES: dict[str, Any] = {
    "policy": _T("A policy is in force"),
    "sale_known": _T("The sale is known"),
    "window": _T("Within the return window"),
    "gift_receipt": _T("Gift receipts are taken"),
    "identity": _T("Somebody shows who they are"),
    "purchase_channel": _T("Bought where it may come back to a shop"),
    "cross_store": _T("Bought in this shop, or in one it may come from"),
    "sale_age": _T("The register that sold was heard of lately"),
    "stock_age": _T("What is known of the stock is recent"),
    "line_belongs": _T("The line is on the receipt"),
    "quantity_left": _T("So many are left"),
    "item_known": _T("The product is known"),
    "returnable": _T("The product may come back"),
    "condition": _T("It is in a condition that is taken"),
    "reason": _T("It comes back for a reason that is accepted"),
    "serial": _T("It is the very piece that was sold"),
    "price_known": _T("It has a recent price"),
    "stock_here": _T("The shop's stock can take it now"),
    "stock_now": _T("Exchange goods are there"),
    "restocking_fee": _T("A restocking fee"),
    "adjustment": _T("Staff changed the amount"),
    "amount_maximum": _T("No more than a return may give back"),
    "amount_limit": _T("No more than without a manager"),
    "register_limit": _T("No more than this register may give back"),
    "operator_limit": _T("No more than the operator may give back in a day"),
    "no_receipt_cap": _T("No more than without a receipt"),
    "no_receipt_customer": _T("The customer brings not too much without receipts"),
    "frequent_returner": _T("The customer does not return more than usual"),
    "operator_exceptions": _T("The operator had not more exceptions than usual"),
    "offline": _T("Decided offline, within its limits"),
    "manager": _T("A manager was asked"),
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
    "adjustment_minor": (_T("changed by"), _money),
    "alone_minor": (_T("without a manager"), _money),
    "amount_minor": (_T("amount"), _money),
    "approver": (_T("approver"), _text),
    "authorized": (_T("promised"), _quantity),
    "available": (_T("available"), _quantity),
    "carried": (_T("carried here"), _flag),
    "category": (_T("category"), _text),
    "channel": (_T("bought"), _one_of(Channel.choices)),
    "condition": (_T("condition"), _text),
    "count": (_T("how often"), _text),
    "count_limit": (_T("at most so often"), _text),
    "counting": (_T("being counted"), _flag),
    "currency": (_T("currency"), _text),
    "days": (_T("days"), _text),
    "decided": (_T("decided by the register"), _one_of(Outcome.choices)),
    "delivered": (_T("delivered"), _moment),
    "fee_minor": (_T("fee"), _money),
    "final_sale": (_T("final sale"), _flag),
    "hazardous": (_T("hazardous"), _flag),
    "holiday_until": (_T("holidays, until"), _day),
    "hours": (_T("hours at most"), _text),
    "id_required": (_T("document needed"), _flag),
    "id_shown": (_T("document shown"), _flag),
    "known_at": (_T("as of"), _moment),
    "last_day": (_T("last day"), _day),
    "limit_minor": (_T("at most"), _money),
    "line": (_T("line"), _text),
    "lowest_minor": (_T("lowest price"), _money),
    "method": (_T("proved by"), _one_of(Method.choices)),
    "minutes": (_T("minutes at most"), _text),
    "most_minor": (_T("at most"), _money),
    "per_unit_minor": (_T("per unit"), _money),
    "percent": (_T("percent"), _text),
    "policy": (_T("policy"), _text),
    "reason": (_T("reason"), _text),
    "recalled": (_T("recalled"), _flag),
    "receipt": (_T("receipt"), _text),
    "requested": (_T("asked for"), _quantity),
    "returnable": (_T("returnable"), _flag),
    "returned": (_T("came back"), _quantity),
    "same_region": (_T("same region"), _flag),
    "serial": (_T("serial number"), _text),
    "serial_sold": (_T("sold"), _text),
    "services_refunded": (_T("services are given back"), _flag),
    "shop_currency": (_T("the shop's currency"), _text),
    "sku": (_T("SKU"), _text),
    "sku_sold": (_T("sold"), _text),
    "today": (_T("that day"), _day),
    "version": (_T("version"), _text),
    "worth_minor": (_T("worth"), _money),
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
