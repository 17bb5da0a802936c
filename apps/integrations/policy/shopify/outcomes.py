from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HELD, REJECTED, NOTED = "held", "rejected", "noted"


class NotASale(Exception):
    """Why an order is no sale.

    `outcome`: `held` (another message may make it one), `rejected` (a person has to look) or `noted`
    (it never will be one). `cause` groups them; `detail` is a sentence for people.
    """

    def __init__(self, outcome: str, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.cause, self.detail = outcome, cause, detail


@dataclass(frozen=True, slots=True)
class ShopTerms:
    """What a web shop's orders become here: whose currency, days and register, under which numbers.

    `gateways`: by Shopify's name of a way to pay `{"kind", "gateway", "reference"}`, each optional,
    instead of what is usual; `reference` is `order`, `authorization` or `payment_id`.
    """

    currency: str
    timezone: str
    register: str
    prefix: str
    gateways: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What other messages said of an order: refunds and payments, as they were kept.

    With `refund_ids` or `payment_ids`, what is not named there is left out, in the order's own body
    too: an order is read again as it was known when it became a sale.
    """

    refunds: Sequence[Mapping[str, Any]] = ()
    payments: Sequence[Mapping[str, Any]] = ()
    refund_ids: frozenset[str] | None = None
    payment_ids: frozenset[str] | None = None
