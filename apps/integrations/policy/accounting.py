"""Double entry: what a return and a refund mean in the books. Pure; amounts in minor units.

A completed return gives back revenue and tax, and owes the customer; a refund pays what is owed:

    return.completed   Dr returns, Dr each tax, Dr adjustments, Cr fees,
                       Cr exchange goods, Dr due, Dr cash rounding                   Cr refunds owed
    refund.succeeded   Dr refunds owed                                               Cr tender
    return.voided      a completed return with all signs turned

What staff gave more is a debit of adjustments, what cash was rounded up by one of rounding; less is
a credit. The key of fees is the shop that keeps them. Refunds owed stand at zero when all money is
back. What the goods cost goes back from cost of goods to stock, where a line says `cost`: events do
not know it, a field mapping may add it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

RETURNS, TAX, FEES, EXCHANGE, DUE = "returns", "tax", "fees", "exchange", "due"
ADJUSTMENTS, ROUNDING = "adjustments", "rounding"
CLEARING, TENDER, STOCK, COST = "clearing", "tender", "stock", "cost"


@dataclass(frozen=True, slots=True)
class Posting:
    """`minor` above zero is a debit. `key` tells taxes (code), tenders (kind) and fees (shop) apart."""

    role: str
    minor: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    event_id: str
    at: datetime
    shop: str
    currency: str
    number: str  # of the return
    text: str
    postings: tuple[Posting, ...]


class NotBookable(ValueError):
    """The event lacks a figure, or its figures do not add up."""


def entry_of(event: Any) -> Entry | None:
    """The entry of an event as `docs/api.md` has it; None when it moves neither goods nor money."""
    try:
        data = event["data"]
        postings = _postings(event["type"], data)
        if not postings:
            return None
        return Entry(
            event_id=str(event["id"]),
            at=datetime.fromisoformat(event["occurred_at"]),
            shop=event["store"],
            currency=data["currency"],
            number=data["number"],
            text=_text(event["type"], data),
            postings=_summed(postings),
        )
    except NotBookable:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise NotBookable(f"{type(error).__name__}: {error}") from error


def _postings(type_: str, data: Mapping[str, Any]) -> list[Posting]:
    if type_ == "refund.succeeded":
        return [Posting(CLEARING, _minor(data["amount"])),
                Posting(TENDER, -_minor(data["amount"]), data["kind"])]  # fmt: skip
    if type_ == "return.completed":
        return _of_return(data)
    if type_ == "return.voided" and data.get("completed"):
        return [Posting(one.role, -one.minor, one.key) for one in _of_return(data)]
    return []


def _of_return(data: Mapping[str, Any]) -> list[Posting]:
    postings = [
        Posting(FEES, -_minor(data.get("fee_total", 0)), data.get("fees_kept_by", "")),
        Posting(ADJUSTMENTS, _minor(data.get("adjustment_total", 0))),
        Posting(ROUNDING, _minor(data.get("rounding", 0))),
        Posting(EXCHANGE, -_minor(data["exchange_total"])),
        Posting(DUE, _minor(data.get("amount_due", 0))),
        Posting(CLEARING, -_minor(data["refund_total"])),
    ]
    for line in data["lines"]:
        postings += _of_line(line)
    if difference := sum(one.minor for one in postings):
        raise NotBookable(f"debit and credit differ by {difference}")
    return postings


def _of_line(line: Mapping[str, Any]) -> list[Posting]:
    """Net, each tax, and the cost of the goods where it is known."""
    gross, tax = _minor(line["refund"]), _minor(line["tax"])
    taxes = [Posting(TAX, _minor(one["amount"]), one["code"]) for one in line.get("taxes", [])]
    if "taxes" not in line:  # events of before they told the codes
        taxes = [Posting(TAX, tax, "unknown")]
    if sum(one.minor for one in taxes) != tax:
        raise NotBookable(f"line {line.get('number')}: its taxes are not {tax}")
    cost = _minor(line.get("cost") or 0)
    return [Posting(RETURNS, gross - tax), *taxes, Posting(STOCK, cost), Posting(COST, -cost)]


def _summed(postings: list[Posting]) -> tuple[Posting, ...]:
    """One for each role and key, debits first; none of nothing."""
    sums: dict[tuple[str, str], int] = {}
    for one in sorted(postings, key=lambda one: -one.minor):
        sums[one.role, one.key] = sums.get((one.role, one.key), 0) + one.minor
    return tuple(Posting(role, minor, key) for (role, key), minor in sums.items() if minor)


def _text(type_: str, data: Mapping[str, Any]) -> str:
    if type_ == "refund.succeeded":
        return f"Refund of {data['number']}, {data['kind']}"
    words = f"Return {data['number']}"
    if receipt := data.get("receipt_number"):
        words += f", receipt {receipt}"
    return f"{words}, voided" if type_ == "return.voided" else words


def _minor(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotBookable(f"{value!r} is no amount in minor units")
    return value
