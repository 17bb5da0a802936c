from __future__ import annotations

from decimal import Decimal

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.inventory.models import StockLevel
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from apps.sales.models import SaleLine, SaleTender
from tests.world import Register


def test_a_complete_return_moves_money_stock_trail_and_events(register: Register) -> None:
    sale = register.sell()

    response = register.take_back(sale, "2")

    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["status"], body["decision"], body["refund_total"]) == (
        "completed",
        "approved",
        510,
    )
    assert body["lines"][0] | {"number": 1} == {
        "number": 1, "sale_line": 1, "sku": "85123A", "quantity": "2", "outcome": "approved", "codes": ["ok"],
        "refund": 510, "tax": 85, "fee": 0, "adjustment": 0, "disposition": "return_to_stock",
    }  # fmt: skip
    assert SaleLine.objects.get().returned_quantity == 2
    assert StockLevel.objects.get().on_hand == Decimal(-4)
    assert SaleTender.objects.get().refunded_minor == 510
    assert Refund.objects.get().status == "succeeded"
    assert CustomerReturn.objects.get().number == body["number"]
    actions = list(
        AuditEntry.objects.filter(actor_kind="terminal")
        .exclude(subject_type="terminal")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert actions == ["sale.recorded", "return.completed", "refund.succeeded"]
    types = list(
        Event.objects.exclude(type="policy.published")
        .order_by("ordinal")
        .values_list("type", flat=True)
    )
    assert types == [
        "sale.recorded", "stock.changed",
        "return.completed", "sale.partially_returned", "stock.changed", "refund.succeeded",
    ]  # fmt: skip
