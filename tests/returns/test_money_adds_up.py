"""Any sale, and any sequence of what can become of it: the money adds up to the cent, everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.common.money import CASH_MODES, CashRounding
from apps.refunds.commands import PlanTerms, RefundPlan
from apps.refunds.policy import STRATEGIES
from apps.refunds.services.opening import plan_refunds
from apps.returns.models import CustomerReturn
from apps.returns.policy import pricing
from apps.returns.policy.pricing import Worth
from apps.sales.commands import LineOfSale, TaxOfLine, TenderOfSale
from apps.sales.models import SaleLine, SaleLineTax, SaleTender
from apps.stores.models import Store
from tests.returns.test_policy import sold_line
from tests.world import Register, publish_policy, return_line

KINDS = ["cash", "card", "gift_card", "wallet"]
CURRENCIES = ["JPY", "EUR", "KWD"]
COINS = st.builds(
    CashRounding, st.sampled_from([0, 5, 10, 50]), st.sampled_from(sorted(CASH_MODES))
)


def _split(draw: st.DrawFn, total: int, most: int) -> list[int]:
    """The total in up to `most` parts."""
    parts: list[int] = []
    for _ in range(draw(st.integers(0, most - 1))):
        parts.append(draw(st.integers(0, total - sum(parts))))
    return [*parts, total - sum(parts)]


@dataclass
class World:
    """A sale as the database would have it, with returns that were promised and not completed."""

    lines: list[LineOfSale]
    tenders: list[TenderOfSale]
    coins: CashRounding
    strategy: str
    held: list[tuple[int, Decimal, Worth, RefundPlan]] = field(default_factory=list)

    def promise(self, which: int, quantity: Decimal) -> None:
        line = self.lines[which]
        worth = pricing.price(line, quantity)
        assert min(worth.refund, worth.net, worth.tax, 0) == 0
        assert worth.refund == worth.net + worth.tax == worth.net + sum(m for _, m in worth.taxes)
        plan = plan_refunds(
            worth.refund, self.tenders, PlanTerms("original", self.strategy, cash=self.coins)
        )
        assert all(one.tender_id is not None for one in plan.refunds)
        assert sum(p.amount_minor for p in plan.refunds) - plan.rounding_minor == worth.refund
        self.lines[which] = pricing.after(line, quantity, worth)
        self._charge(plan, 1)
        self.held.append((which, quantity, worth, plan))

    def let_go(self, which: int) -> None:
        which, quantity, worth, plan = self.held.pop(which % len(self.held))
        self.lines[which] = pricing.after(self.lines[which], -quantity, worth)
        self._charge(plan, -1)

    def bring_fewer(self, which: int) -> None:
        """Half of what was promised comes: let go, and priced and planned anew."""
        line, quantity = self.held[which % len(self.held)][:2]
        self.let_go(which)
        if half := (quantity / 2).quantize(Decimal("0.001")):
            self.promise(line, half)

    def _charge(self, plan: RefundPlan, sign: int) -> None:
        rounded = {one.tender_id: one.minor for one in plan.rounded}
        back = {one.tender_id: one.amount_minor for one in plan.refunds}
        self.tenders = [
            replace(
                one,
                pending_minor=one.pending_minor + sign * back.get(one.id, 0),
                refund_rounding_minor=one.refund_rounding_minor + sign * rounded.get(one.id, 0),
            )
            for one in self.tenders
        ]
        assert all(0 <= one.pending_minor <= one.amount_minor for one in self.tenders)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    lines = []
    for n in range(draw(st.integers(1, 3))):
        total = draw(st.integers(0, 100_000) | st.integers(0, 20))
        taxes = _split(draw, total, 3)[:-1]
        lines.append(
            sold_line(
                id=n, quantity=draw(st.decimals(Decimal("0.001"), 50, places=3)), total_minor=total,
                taxes=tuple(TaxOfLine(10 * n + i, "VAT", True, t, 0) for i, t in enumerate(taxes)),
            )
        )  # fmt: skip
    coins = draw(COINS)
    tenders = []
    for n, owed in enumerate(_split(draw, sum(line.total_minor for line in lines), 3)):
        kind = draw(st.sampled_from(KINDS))
        paid = coins.round(owed) if kind == "cash" else owed
        tenders.append(
            TenderOfSale(n, n, kind, paid, 0, 0, "", "", False, rounding_minor=paid - owed)
        )
    return World(lines, tenders, coins, draw(st.sampled_from(sorted(STRATEGIES))))


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_whatever_becomes_of_a_sale_all_of_it_comes_back(world: World, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 8))):
        act = data.draw(st.sampled_from(["promise", "promise", "let_go", "fewer"]))
        which = data.draw(st.integers(0, 9))
        if act == "promise":
            which %= len(world.lines)
            left = world.lines[which].quantity - world.lines[which].authorized_quantity
            if left:
                world.promise(which, data.draw(st.decimals(Decimal("0.001"), left, places=3)))
        elif world.held:
            (world.let_go if act == "let_go" else world.bring_fewer)(which)
    for which, line in enumerate(world.lines):
        if left := line.quantity - line.authorized_quantity:
            world.promise(which, left)
    for line in world.lines:
        assert line.refunded_minor == line.total_minor
        assert all(tax.refunded_minor == tax.tax_minor for tax in line.taxes)
    for tender in world.tenders:
        assert tender.pending_minor == tender.amount_minor
        assert tender.refund_rounding_minor == tender.rounding_minor


@st.composite
def sales(draw: st.DrawFn) -> dict[str, Any]:
    """The body of a sale: weighed goods, taxes in and on top, discounts, cash in coins and a card."""
    coins = draw(COINS)
    rows = [_row(draw, number) for number in range(1, draw(st.integers(1, 2)) + 1)]
    total = sum(row["total"] for row in rows)
    off = total * draw(st.integers(0, 50)) // 100
    by_card = (total - off) * draw(st.integers(0, 100)) // 100
    paid = coins.round(cash := total - off - by_card)
    return {
        "lines": rows, "discounts": [{"code": "APP", "amount": off}],
        "currency": draw(st.sampled_from(CURRENCIES)),
        "cash_rounding": {"increment": max(1, coins.increment), "mode": coins.mode},
        "tenders": [
            {"number": 1, "kind": "gift_card", "amount": by_card, "gateway_ref": "GC-1"},
            {"number": 2, "kind": "cash", "amount": paid, "rounding": paid - cash},
        ],
    }  # fmt: skip


def _row(draw: st.DrawFn, number: int) -> dict[str, Any]:
    grams, price = draw(st.integers(2, 5_000)), draw(st.integers(0, 3_000))
    gross = (price * grams * 2 + 1_000) // 2_000
    inside, on_top = gross // 12, gross // 20
    return {
        "line_number": number, "sku": f"S{number}", "quantity": str(Decimal(grams) / 1_000),
        "unit_price": price, "total": gross + on_top,
        "taxes": [{"code": "VAT", "rate": "0.2", "inclusive": True, "amount": inside},
                  {"code": "CITY", "rate": "0.05", "inclusive": False, "amount": on_top}],
    }  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sale=sales(),
    strategy=st.sampled_from(sorted(STRATEGIES)),
    fates=st.lists(st.sampled_from(["take", "hold", "void", "fewer", "fee"]), max_size=4),
)
def test_the_same_through_the_services(
    register: Register, sale: dict[str, Any], strategy: str, fates: Sequence[str]
) -> None:
    """Without fees and changes the customer gets all that was paid; `verify` looks at the rest."""
    Store.objects.update(currency=sale["currency"])
    publish_policy(rules=_rules(sale["currency"], strategy))
    body = register.sell(**sale)
    for fate in fates:
        _live_through(register, body, fate)
    for line in SaleLine.objects.filter(sale__receipt_number=body["receipt_number"]):
        if left := line.quantity - line.returned_quantity:
            _bring(register, body, line.line_number, left)
    _all_came_back(body)


def _rules(currency: str, strategy: str) -> dict[str, Any]:
    row = {"condition": "opened", "fee_percent": "10"}
    return {
        "refunds": {"strategy": strategy}, "conditions": {"rows": [row]},
        "adjustments": {"alone": {currency: 10**9}},
    }  # fmt: skip


def _bring(register: Register, body: Any, line: int, quantity: Decimal, **changes: Any) -> Any:
    row = return_line(line, f"{quantity:f}", **changes.pop("row", {}))
    answer = register.take_back(body, lines=[row], **changes)
    assert answer.status_code == 201, answer.content
    assert answer.json()["decision"] == "approved", answer.content
    return answer.json()


def _live_through(register: Register, body: Any, fate: str) -> None:
    """Something happens to a third of what is left of the first line."""
    line = SaleLine.objects.get(sale__receipt_number=body["receipt_number"], line_number=1)
    part = ((line.quantity - line.returned_quantity) / 3).quantize(Decimal("0.001"))
    if part < Decimal("0.002"):
        return
    if fate == "take":
        _bring(register, body, 1, part)
    elif fate == "fee":
        change = {"amount": 7, "reason": "goodwill"}
        _bring(register, body, 1, part, row={"condition": "opened", "adjustment": change})
    else:
        authorized = _bring(register, body, 1, part, complete=False)
        if fate == "void":
            assert register.void(authorized).status_code == 200
            return
        half = (part / 2).quantize(Decimal("0.001"))
        came = [{"number": 1, "quantity": f"{half:f}"}] if fate == "fewer" else []
        assert register.complete(authorized, *came).status_code == 200


def _all_came_back(body: Any) -> None:
    sale = {"sale__receipt_number": body["receipt_number"]}
    for line in SaleLine.objects.filter(**sale):
        assert (line.refunded_minor, line.returned_quantity) == (line.total_minor, line.quantity)
    for tax in SaleLineTax.objects.filter(line__sale__receipt_number=body["receipt_number"]):
        assert tax.refunded_minor == tax.tax_minor
    returns = CustomerReturn.objects.filter(**sale, status="completed")
    if not any(one.fee_total_minor or one.adjustment_total_minor for one in returns):
        for tender in SaleTender.objects.filter(**sale):
            assert tender.refunded_minor == tender.amount_minor
    assert all(one.refund_total_minor >= 0 for one in returns)
