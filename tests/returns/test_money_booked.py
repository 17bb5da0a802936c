"""What other systems hear of fees, changes and rounding balances in the books, with the refunds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from apps.events.models import Event
from apps.integrations.policy.accounting import entry_of
from tests.returns.test_cash_rounding import NICKEL, cash
from tests.world import Register, card, exchange_line, line, pay_out, publish_policy, return_line

RULES = {
    "conditions": {"rows": [{"condition": "opened", "fee_percent": "10"}]},
    "adjustments": {"alone": {"EUR": 500}},
}


def booked() -> Counter[tuple[str, str]]:
    """All entries of this shop's events, summed by account; each balances or is not booked."""
    sums: Counter[tuple[str, str]] = Counter()
    for event in Event.objects.order_by("ordinal"):
        body = {"id": event.pk, "type": event.type, "data": event.data, "store": "0042",
                "occurred_at": event.occurred_at.isoformat()}  # fmt: skip
        if entry := entry_of(body):
            assert sum(one.minor for one in entry.postings) == 0
            for one in entry.postings:
                sums[one.role, one.key] += one.minor
    return Counter({account: minor for account, minor in sums.items() if minor})


def give_back(register: Register, **changes: Any) -> Any:
    """7.02 of which 3.00 was paid by card and 4.00 in coins; opened, and 0.33 more for the trouble."""
    publish_policy(rules=RULES)
    sale = register.sell(
        lines=[line(quantity="2", unit_price=351)], cash_rounding=NICKEL,
        tenders=[card(300), cash(400, -2, number=2)],
    )  # fmt: skip
    change = {"amount": 33, "reason": "trouble"}
    row = return_line(1, "2", condition="opened", adjustment=change)
    return register.take_back(sale, lines=[row], **changes).json()


def test_a_fee_a_change_and_coins_are_booked_and_nothing_stays_owed(register: Register) -> None:
    answer = give_back(register)
    assert (answer["refund_total"], answer["rounding"]) == (665, 0)
    pay_out()
    assert booked() == {
        ("returns", ""): 585, ("tax", "VAT-S"): 117, ("fees", "0042"): -70, ("adjustments", ""): 33,
        ("tender", "card"): -300, ("tender", "cash"): -365,
    }  # fmt: skip


def test_rounding_and_what_is_paid_on_top_are_booked(register: Register) -> None:
    register.count_stock("RED", "9")
    answer = give_back(register, exchange=[exchange_line("RED", "1", 212)])
    assert (answer["refund_total"], answer["rounding"]) == (455, 2)
    pay_out()
    assert booked() == {
        ("returns", ""): 585, ("tax", "VAT-S"): 117, ("fees", "0042"): -70, ("adjustments", ""): 33,
        ("exchange", ""): -212, ("rounding", ""): 2, ("tender", "card"): -300,
        ("tender", "cash"): -155,
    }  # fmt: skip
