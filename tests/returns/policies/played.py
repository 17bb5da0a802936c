"""A day in a shop, played through the API, with what a draft said of each return at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.common.caller import Caller
from apps.returns.commands import AskReturn
from apps.returns.models import CustomerReturn, PolicyVersion, ReturnPolicy
from apps.returns.policy import Decision, decide
from apps.returns.services import submitting, versions
from apps.returns.services.comparing import book_of
from apps.returns.services.deciding import Case, decide_return
from apps.returns.services.gathering import Desk, gather_facts, moment_of
from tests.world import (
    SETUP,
    Register,
    card,
    exchange_line,
    line,
    make_item,
    publish_policy,
    return_body,
    return_line,
)

DOCUMENT = {"kind": "passport", "issuer": "DE", "number": "C01X 00T47"}
THEN: dict[str, Any] = {
    "no_receipt": {"blind": "allow", "unverified": "allow", "customer_count": 2},
    "splitting": {"allowed": True},
}
STRICTER: dict[str, Any] = {
    "window": {"days": 7, "late": "override"},
    "authorization": {"hours": 24},
    "no_receipt": {"blind": "allow", "cap": {"EUR": 300}, "customer_count": 1},
    "conditions": {
        "required": True,
        "rows": [
            {"condition": "opened", "fee_percent": "15"},
            {"condition": "damaged", "accept": "deny"},
        ],
    },
    "amount": {"ask_above": {"EUR": 1_000}, "operator_per_day": {"EUR": 2_500}},
    "returner": {"days": 30, "count": 6, "above": "deny"},
    "operator": {"days": 7, "exceptions": 2, "above": "deny"},
    "stock": {"not_ranged": "override"},
    "reasons": {"required": True},
}


@dataclass
class Played:
    """The draft, and what it said of each return when it was asked for, in their order."""

    draft: PolicyVersion
    said: list[Decision] = field(default_factory=list)

    def by_return(self) -> list[tuple[CustomerReturn, Decision]]:
        returns = CustomerReturn.objects.order_by("pk")
        return list(zip(returns, self.said, strict=True))


def listen(monkeypatch: pytest.MonkeyPatch, played: Played) -> None:
    """Have the draft asked beside the policy in force, by the very same gathering."""
    real = decide_return

    def both(ask: AskReturn, *, caller: Caller, now: datetime, lock: bool) -> Case:
        at = moment_of(ask.occurred_at, caller=caller, now=now).decides_at
        book, desk = book_of(played.draft), Desk.of_caller(caller)
        facts = gather_facts(ask, desk=desk, at=at, lock=False, under=book)
        played.said.append(decide(facts))
        return real(ask, caller=caller, now=now, lock=lock)

    monkeypatch.setattr(submitting, "decide_return", both)


def play(register: Register, monkeypatch: pytest.MonkeyPatch) -> Played:
    publish_policy(rules=THEN)
    policy = ReturnPolicy.objects.get()
    draft = versions.draft_version(policy, rules=STRICTER, actor=SETUP, now=timezone.now())
    played = Played(draft)
    listen(monkeypatch, played)
    for step in STEPS:
        step(register)
    return played


def _fee(r: Register) -> None:
    r.post("returns", return_body(r.sell(customer=""), lines=[return_line(condition="opened")]))


def _in_parts(r: Register) -> None:
    """One sale line comes back bit by bit, with promises let go, cut short and voided between."""
    sale = r.sell(lines=[line(quantity="7", unit_price=101)], customer="C-1")
    first = r.authorize(sale, "2")
    r.take_back(sale, "1")
    r.complete(first, {"number": 1, "quantity": "1"})
    second = r.authorize(sale, "3")
    r.take_back(sale, "3")
    r.void(second)
    r.void(r.take_back(sale, "1").json())
    r.take_back(sale, "4")
    r.take_back(sale, "5")


def _late(r: Register) -> None:
    for days in (1, 12, 60):
        sold_at = (timezone.now() - timedelta(days=days)).isoformat()
        sale = r.sell(sold_at=sold_at, tenders=[card(1_530)], customer="C-2")
        r.take_back(sale, "2")


def _conditions(r: Register) -> None:
    sale = r.sell(lines=[line(), line(2, sku="B-2", unit_price=999)], customer="")
    rows = [return_line(condition="opened"), return_line(2, condition="damaged")]
    r.post("returns", return_body(sale, lines=rows))
    r.post("returns", return_body(sale, lines=[return_line(2, "2", condition="")]))
    r.post("returns", return_body(sale, lines=[return_line(9)]))


def _final(r: Register) -> None:
    make_item("F-1", returnable=False)
    make_item("R-1", recalled=True)
    sale = r.sell(lines=[line(sku="F-1"), line(2, sku="R-1"), line(3)])
    r.post("returns", return_body(sale, lines=[return_line(1), return_line(2), return_line(3)]))
    r.post("returns", return_body(sale, lines=[return_line(1)]))


def _bare(r: Register) -> None:
    for quantity in ("1", "2", "1"):
        row = {"sku": "85123A", "quantity": quantity, "condition": "unopened", "reason": "other"}
        r.post(
            "returns",
            {"lines": [row], "operator": "77", "complete": True, "id_document": DOCUMENT},
        )
    unknown = return_body({"receipt_number": "T-none"})
    r.post("returns", {**unknown, "lines": [{"sku": "85123A", "quantity": "1"}]})


def _exchange(r: Register) -> None:
    r.count_stock("RED", "3")
    sale = r.sell(customer="C-3")
    for quantity in ("2", "5"):
        body = return_body(sale, "2", exchange=[exchange_line("RED", quantity)])
        r.post("returns", body)


def _gift(r: Register) -> None:
    r.take_back(r.sell(customer="C-4"), "1", gift_receipt=True)


STEPS: tuple[Callable[[Register], None], ...] = (
    _fee, _in_parts, _late, _conditions, _final, _bare, _exchange, _gift,
)  # fmt: skip
