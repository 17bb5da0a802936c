"""What a register of this run says: sales of all kinds, and returns of some of their goods. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from client.simulate.baskets import Basket, fill, sale_parts
from client.simulate.register import spell
from client.transport import JsonObject

BASKETS = (Basket.SINGLE, Basket.SEVERAL, Basket.SPLIT_TENDER)  # cash, card, both


def sale_body(terminal: str, number: int, receipt: str, now: datetime, dice: Random) -> JsonObject:
    """The number-th sale of this register."""
    kind = BASKETS[number % len(BASKETS)]
    return {
        "terminal": terminal,
        "business_date": now.astimezone(UTC).date().isoformat(),
        "sequence_number": number,
        "receipt_number": receipt,
        "sold_at": now.isoformat(),
        "currency": "EUR",
        "channel": "store",
        "operator": "soak",
        **sale_parts(kind, fill(kind, dice), f"sbx_{receipt}"),
    }


def return_body(sale: JsonObject, now: datetime, dice: Random) -> JsonObject:
    """One or two lines of the sale, some of it or all. The goods come later."""
    lines = sale["lines"][: dice.randint(1, 2)]
    return {
        "sale": {"receipt_number": sale["receipt_number"]},
        "lines": [
            {
                "sale_line": line["line_number"],
                "quantity": str(dice.randint(1, int(line["quantity"]))),
                "reason": "customer_remorse",
                "condition": "unopened",
            }
            for line in lines
        ],
        "refund_to": "original",
        "operator": "soak",
        "occurred_at": now.isoformat(),
    }


def name_receipt(store: str, terminal: str, number: int) -> str:
    """In letters, so that no long number passes for a card's; long enough for a key."""
    return f"soak-{store}-{terminal}-{spell(number)}"
