"""The rules, each one function in a file of its own. Pure.

A rule answers a `Finding`: its code and the inputs it looked at. Rules that do not apply answer
None, and leave no trace. Adding one: its file here, a line below, its code in `codes.py` and
docs/api.md, its words in `admin/grounds.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.pricing import Totals
from apps.returns.policy.rules.adjustment import adjustment
from apps.returns.policy.rules.amounts import (
    amount_limit,
    amount_maximum,
    operator_limit,
    register_limit,
)
from apps.returns.policy.rules.condition import condition
from apps.returns.policy.rules.cross_store import cross_store
from apps.returns.policy.rules.data_age import sale_age, stock_age
from apps.returns.policy.rules.exchange_stock import exchange_stock
from apps.returns.policy.rules.frequent_returner import frequent_returner
from apps.returns.policy.rules.gift_receipt import gift_receipt
from apps.returns.policy.rules.identity import identity
from apps.returns.policy.rules.item_known import item_known
from apps.returns.policy.rules.line_belongs import line_belongs
from apps.returns.policy.rules.offline import offline
from apps.returns.policy.rules.operator_exceptions import operator_exceptions
from apps.returns.policy.rules.policy_in_force import policy_in_force
from apps.returns.policy.rules.price_known import price_known
from apps.returns.policy.rules.purchase_channel import purchase_channel
from apps.returns.policy.rules.quantity_left import quantity_left
from apps.returns.policy.rules.reason import reason
from apps.returns.policy.rules.restocking_fee import restocking_fee
from apps.returns.policy.rules.returnable import returnable
from apps.returns.policy.rules.sale_known import sale_known
from apps.returns.policy.rules.serial import serial
from apps.returns.policy.rules.stock_here import stock_here
from apps.returns.policy.rules.window import window
from apps.returns.policy.rules.without_receipt import no_receipt_cap, no_receipt_customer

__all__ = [
    "OF_LINES",
    "OF_THE_SUM",
    "OF_THE_WHOLE",
    "adjustment",
    "exchange_stock",
    "line_belongs",
    "quantity_left",
    "restocking_fee",
]

OF_THE_WHOLE: tuple[Callable[[Facts], Finding | None], ...] = (
    policy_in_force,
    sale_known,
    window,
    gift_receipt,
    identity,
    purchase_channel,
    cross_store,
    sale_age,
    stock_age,
)
"""Asked once; what they say counts for every line."""

OF_LINES: tuple[Callable[[LineFacts, Facts], Finding | None], ...] = (
    item_known,
    returnable,
    condition,
    reason,
    serial,
    price_known,
    stock_here,
)
"""Asked for each line, after `line_belongs` and `quantity_left`."""

OF_THE_SUM: tuple[Callable[[Facts, Totals], Finding | None], ...] = (
    amount_maximum,
    amount_limit,
    register_limit,
    operator_limit,
    no_receipt_cap,
    no_receipt_customer,
    frequent_returner,
    operator_exceptions,
    offline,
)
"""Asked when it is known what all of it is worth; they count for every line."""
