"""Fees when the goods arrive: as announced, or as their condition turns out to be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.common.errors import Conflict
from apps.common.money import cumulative_share
from apps.returns.models import CustomerReturn, ReturnLine
from apps.returns.policy.rules.condition import find_row
from apps.returns.policy.rules.restocking_fee import fee_of
from apps.returns.policy.settings import Rules
from apps.returns.policy.settings.kinds import Action


class ConditionRefused(Conflict):
    code = "condition-refused"


@dataclass(frozen=True, slots=True)
class Standards:
    """The rules that decided a return, and its currency. They hold for what arrives, too."""

    rules: Rules | None
    currency: str

    @classmethod
    def of(cls, customer_return: CustomerReturn) -> Standards:
        version = customer_return.policy_version
        rules = Rules.from_json(version.rules) if version else None
        return cls(rules, customer_return.currency)


@dataclass(frozen=True, slots=True)
class Goods:
    """What arrives for a line: in which condition it was to be, and what sort of goods it is."""

    promised_condition: str
    category: str
    recalled: bool


def fee_on_arrival(line: ReturnLine, worth: int, goods: Goods, standards: Standards) -> int:
    """The fee for what was received, in minor units; ConditionRefused for goods in a condition that
    the policy does not take without asking.

    In the promised condition it is the announced fee, in proportion to the units that came.
    """
    if line.condition == goods.promised_condition or standards.rules is None:
        received, authorized = line.received_quantity, line.authorized_quantity
        share = line.fee_minor
        if received != authorized:
            share = cumulative_share(line.fee_minor, Decimal(0), received, authorized, 0)
        return min(share, worth)
    row = find_row(standards.rules, line.condition, goods.category)
    if row is None or goods.recalled:
        return 0
    if row.accept != Action.ALLOW and line.received_quantity:
        raise ConditionRefused(
            f"Line {line.number}: goods in the condition “{line.condition}” need a decision of their own."
        )
    return fee_of(row, worth, line.received_quantity, standards.currency)


def change_on_arrival(line: ReturnLine, worth: int) -> int:
    """What staff changed, in proportion to the units that came; less only down to nothing."""
    announced = line.adjustment_minor
    part = cumulative_share(
        abs(announced), Decimal(0), line.received_quantity, line.authorized_quantity, 0
    )
    return part if announced > 0 else max(-part, line.fee_minor - worth)
