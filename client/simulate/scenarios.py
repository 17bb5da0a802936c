"""The ways goods come back. Each scenario sells nothing itself: it is given a sale that fits.

A scenario returns what came of it, in a word or two, and raises SimulationError when the server
did what it must not do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from client.simulate.baskets import Basket
from client.simulate.register import SimulatedRegister
from client.transport import JsonObject

Play = Callable[[SimulatedRegister, JsonObject], str]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A name, the basket it needs, and what the customer does."""

    name: str
    basket: Basket
    play: Play


def all_of(sale: JsonObject) -> dict[int, str]:
    return {line["line_number"]: line["quantity"] for line in sale["lines"]}


def return_all(till: SimulatedRegister, sale: JsonObject) -> str:
    """Everything comes back, and so does every cent."""
    answer = till.submit(till.return_body(sale, all_of(sale)), "all").data
    _expect_completed(till, "POST returns (all)", answer)
    paid, refunded = sale["total"], answer["refund_total"]
    till.expect(refunded == paid, "POST returns (all)", f"refund_total {paid}", refunded)
    _expect_left(till, sale, Decimal(0))
    return "completed"


def return_part(till: SimulatedRegister, sale: JsonObject) -> str:
    answer = till.submit(till.return_body(sale, {1: "1"}), "part").data
    _expect_completed(till, "POST returns (part)", answer)
    _expect_left(till, sale, Decimal(sale["lines"][0]["quantity"]) - 1)
    return "completed"


def return_twice(till: SimulatedRegister, sale: JsonObject) -> str:
    """One piece today, another tomorrow, of the same line."""
    for time in ("first", "second"):
        answer = till.submit(till.return_body(sale, {1: "1"}), f"same line, {time} time").data
        _expect_completed(till, f"POST returns (same line, {time} time)", answer)
    _expect_left(till, sale, Decimal(sale["lines"][0]["quantity"]) - 2)
    return "completed"


def return_too_much(till: SimulatedRegister, sale: JsonObject) -> str:
    """One more than was sold must be denied, and change nothing."""
    sold = Decimal(sale["lines"][0]["quantity"])
    answer = till.submit(till.return_body(sale, {1: str(sold + 1)}), "more than sold").data
    denied = answer["status"] == "denied"
    till.expect(denied, "POST returns (more than sold)", "denied", _said(answer))
    _expect_left(till, sale, sold)
    return "denied"


def exchange(till: SimulatedRegister, sale: JsonObject) -> str:
    """One piece against another of the same kind. Whether it goes depends on today's stock."""
    line = sale["lines"][0]
    other = {"sku": line["sku"], "quantity": "1", "unit_price": line["unit_price"]}
    body = till.return_body(sale, {1: "1"}, exchange=[other], refund_to="exchange")
    return str(till.submit(body, "exchange").data["status"])


def quote_first(till: SimulatedRegister, sale: JsonObject) -> str:
    """What the quote says is what the return then does."""
    body = till.return_body(sale, {1: "1"})
    with till.step("POST returns/quote"):
        quoted = till.client.quote_return(body)
    _expect_left(till, sale, Decimal(sale["lines"][0]["quantity"]))
    answer = till.submit(body, "after a quote").data
    _expect_completed(till, "POST returns (after a quote)", answer)
    same = quoted["refund_total"] == answer["refund_total"]
    till.expect(same, "POST returns/quote", str(answer["refund_total"]), quoted["refund_total"])
    return "completed"


def authorize_then_complete(till: SimulatedRegister, sale: JsonObject) -> str:
    return_id = _authorize(till, sale)
    with till.step("POST returns/{id}/complete"):
        answer = till.client.complete_return(return_id, key=till.new_key()).data
    _expect_completed(till, "POST returns/{id}/complete", answer)
    return "completed"


def authorize_then_void(till: SimulatedRegister, sale: JsonObject) -> str:
    """The customer thinks again; what was reserved can be returned another day."""
    return_id = _authorize(till, sale)
    with till.step("POST returns/{id}/void"):
        answer = till.client.void_return(return_id, key=till.new_key()).data
    voided = answer["status"] == "voided"
    till.expect(voided, "POST returns/{id}/void", "voided", _said(answer))
    _expect_left(till, sale, Decimal(sale["lines"][0]["quantity"]))
    return "voided"


def repeat_request(till: SimulatedRegister, sale: JsonObject) -> str:
    """The same request again has no second effect, and the same answer to the last byte."""
    body, key = till.return_body(sale, {1: "1"}), till.new_key()
    first = till.submit(body, "to be repeated", key)
    second = till.submit(body, "repeated", key)
    call = "POST returns (repeated)"
    till.expect(second.replayed, call, "Idempotent-Replayed: true", second.headers)
    till.expect(second.raw == first.raw, call, "the same bytes", second.raw)
    _expect_left(till, sale, Decimal(sale["lines"][0]["quantity"]) - 1)
    return "replayed"


def ask_manager(till: SimulatedRegister, sale: JsonObject) -> str:
    """Bought 60 days ago. Where the policy leaves that to a manager who is at hand, they allow it."""
    late = till.sell(Basket.SINGLE, days_ago=60)
    answer = till.submit(till.return_body(late, all_of(late)), "too late").data
    if answer["status"] != "needs_override" or till.approver is None:
        return str(answer["status"])
    number, pin = till.approver
    call = "POST returns/{id}/override"
    with till.step(call):
        answer = till.client.override_return(
            answer["id"], "A good customer", approver=number, pin=pin, complete=True,
            key=till.new_key(),
        ).data  # fmt: skip
    _expect_completed(till, call, answer)
    return "completed, a manager allowed it"


def return_elsewhere(other: SimulatedRegister) -> Play:
    """Bought here, brought back there. The policy may say no; that is counted."""

    def play(till: SimulatedRegister, sale: JsonObject) -> str:
        body = other.return_body(sale, {1: "1"})
        return str(other.submit(body, f"bought in shop {till.store}").data["status"])

    return play


SCENARIOS = (
    Scenario("all of it", Basket.SINGLE, return_all),
    Scenario("too late", Basket.SINGLE, ask_manager),
    Scenario("part of a line", Basket.SEVERAL, return_part),
    Scenario("same line twice", Basket.SEVERAL, return_twice),
    Scenario("more than sold", Basket.SEVERAL, return_too_much),
    Scenario("all, weighed goods", Basket.WEIGHED, return_all),
    Scenario("exchange", Basket.SEVERAL, exchange),
    Scenario("quote first", Basket.SEVERAL, quote_first),
    Scenario("authorize, then complete", Basket.SEVERAL, authorize_then_complete),
    Scenario("all, two tenders", Basket.SPLIT_TENDER, return_all),
    Scenario("authorize, then void", Basket.SEVERAL, authorize_then_void),
    Scenario("request repeated", Basket.SEVERAL, repeat_request),
    Scenario("all, order discount", Basket.DISCOUNT, return_all),
)


def _authorize(till: SimulatedRegister, sale: JsonObject) -> str:
    answer = till.submit(till.return_body(sale, {1: "1"}, complete=False), "authorize only").data
    authorized = answer["status"] == "authorized"
    till.expect(authorized, "POST returns (authorize only)", "authorized", _said(answer))
    return str(answer["id"])


def _expect_completed(till: SimulatedRegister, call: str, answer: JsonObject) -> None:
    till.expect(answer["status"] == "completed", call, "completed", _said(answer))


def _expect_left(till: SimulatedRegister, sale: JsonObject, left: Decimal) -> None:
    """The sale's first line has so much left to return."""
    receipt = sale["receipt_number"]
    with till.step(f"GET sales/{receipt}"):
        line = till.client.sale_by_receipt(receipt)["lines"][0]
    same = Decimal(line["returnable_quantity"]) == left
    till.expect(same, f"GET sales/{receipt}", f"{left} returnable", line["returnable_quantity"])


def _said(answer: JsonObject) -> str:
    codes = {code for line in answer.get("lines", []) for code in line.get("codes", [])}
    return f"{answer['status']} ({', '.join(sorted(codes)) or 'no codes'})"
