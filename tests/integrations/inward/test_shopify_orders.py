"""Whatever comes, in whatever order and however often: one order is one sale, never rewritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.errors import Invalid, StaleState
from apps.integrations.models import InboundMessage
from apps.integrations.services import apply_due_messages, orders, resolve_message, try_again
from apps.sales.models import Sale, SaleConflict
from tests.books import nothing_changes
from tests.integrations.inward.orders import (
    Shop,
    item,
    lines_of,
    make_shop,
    order,
    refund,
    sale_of,
)
from tests.threads import together
from tests.world import SETUP


def test_an_order_becomes_a_sale_when_it_is_paid_not_before(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00", financial_status="pending")
    held = shop.tell("orders/create", body)
    assert (held.status, held.cause, Sale.objects.count()) == ("held", "not-paid", 0)

    paid = shop.tell("orders/paid", {**body, "financial_status": "paid"})

    held.refresh_from_db()
    assert (paid.status, held.status, Sale.objects.count()) == ("applied", "duplicate", 1)


def test_the_same_order_in_several_messages_is_one_sale(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")

    told = [
        shop.tell(t, {**body, "n": t}) for t in ("orders/create", "orders/paid", "orders/updated")
    ]

    assert [message.status for message in told] == ["applied", "duplicate", "duplicate"]
    assert Sale.objects.count() == 1
    assert not SaleConflict.objects.exists()


def test_an_order_that_changed_after_its_sale_is_a_conflict_for_people(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")
    shop.tell("orders/paid", body)
    body["line_items"].append(item("5.00", sku="GREEN"))

    late = shop.tell(
        "orders/updated", {**body, "total_price": "25.00", "current_total_price": "25.00"}
    )

    assert (late.status, late.cause) == ("rejected", "conflict")
    assert lines_of(body) == [("85123A", "1", 2000, 0, 2000)]
    differences = SaleConflict.objects.get().differences
    assert {d["field"]: (d["stands"], d["came"]) for d in differences} == {
        "total": ("2000", "2500"), "lines": ("1", "2"),
    }  # fmt: skip
    assert "ines@example.org" not in str(SaleConflict.objects.get().body)


def test_a_refund_after_the_sale_waits_for_a_person_and_makes_no_conflict(shop: Shop) -> None:
    body = order(item("20.00", quantity=2), total="40.00")
    shop.tell("orders/paid", body)
    back = refund(body, (0, 1), paid="20.00")

    told = shop.tell("refunds/create", back)
    after = {**body, "refunds": [back], "current_total_price": "20.00",
             "financial_status": "partially_refunded"}  # fmt: skip
    same = shop.tell("orders/updated", after)

    assert (told.status, told.cause) == ("rejected", "refunded-elsewhere")
    assert sale_of(body).receipt_number in told.detail
    assert (same.status, SaleConflict.objects.count()) == ("duplicate", 0)
    assert lines_of(body) == [("85123A", "2", 2000, 0, 4000)]


def test_a_refund_that_the_sale_took_into_account_says_nothing_new(shop: Shop) -> None:
    body = order(item("20.00", quantity=2), total="40.00", current_total_price="20.00")
    back = refund(body, (0, 1), paid="20.00")
    shop.tell("orders/paid", {**body, "refunds": [back], "financial_status": "partially_refunded"})

    assert shop.tell("refunds/create", back).status == "duplicate"
    assert lines_of(body) == [("85123A", "1", 2000, 0, 2000)]


@pytest.mark.parametrize(
    ("changes", "status", "cause"),
    [
        ({"financial_status": "authorized"}, "held", "not-paid"),
        ({"financial_status": None}, "held", "not-paid"),
        ({"financial_status": "refunded"}, "noted", "nothing-left"),
        ({"financial_status": "voided"}, "noted", "nothing-left"),
        ({"cancelled_at": "2026-11-21T10:00:00Z"}, "noted", "cancelled"),
        ({"line_items": []}, "noted", "nothing-left"),
        ({"currency": "USD"}, "rejected", "currency"),
        ({"total_price": "21.00"}, "rejected", "numbers"),
        ({"total_price": "-20.00"}, "rejected", "numbers"),
        ({"total_price": "19.999"}, "rejected", "amount"),
        ({"total_price": "NaN"}, "rejected", "amount"),
        ({"total_price": "1e99"}, "rejected", "amount"),
        ({"total_price": {"amount": 20}}, "rejected", "numbers"),
        ({"processed_at": "yesterday"}, "rejected", "time"),
        ({"processed_at": "2026-11-21T10:00:00"}, "rejected", "time"),
        ({"name": "#"}, "rejected", "no-number"),
    ],
)
def test_what_is_no_sale_says_why(
    shop: Shop, changes: dict[str, Any], status: str, cause: str
) -> None:
    message = shop.tell("orders/paid", {**order(item("20.00"), total="20.00"), **changes})

    assert (message.status, message.cause) == (status, cause)
    assert message.detail
    assert not Sale.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"quantity": -1}, {"quantity": 1.5}, {"quantity": "2"}, {"quantity": True}]
)
def test_a_line_counts_whole_pieces(shop: Shop, changes: dict[str, Any]) -> None:
    message = shop.tell("orders/paid", order(item("20.00", **changes), total="20.00"))

    assert (message.status, message.cause) == ("rejected", "quantity")


def test_a_line_is_not_worth_less_than_nothing(shop: Shop) -> None:
    body = order(item("20.00", off="25.00"), item("10.00"), total="5.00")

    assert shop.tell("orders/paid", body).cause == "numbers"


def test_a_cancelled_order_that_is_a_sale_waits_for_a_person(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00")
    shop.tell("orders/paid", body)

    late = shop.tell("orders/updated", {**body, "cancelled_at": "2026-11-21T10:00:00Z"})

    assert (late.status, late.cause) == ("rejected", "cancelled-after-sale")


def test_a_rejected_one_can_be_tried_again_once_the_reason_is_gone(shop: Shop) -> None:
    body = order(item("20.00"), total="20.00", currency="USD")
    message = shop.tell("orders/paid", body)
    shop.row.store.currency = "USD"
    shop.row.store.save()

    try_again(message, actor=SETUP, now=timezone.now())
    apply_due_messages(clock=timezone.now)

    message.refresh_from_db()
    assert (message.status, sale_of(body).currency) == ("applied", "USD")
    assert AuditEntry.objects.filter(action="web_shop_message.tried_again").count() == 1


def test_one_is_put_away_with_a_note(shop: Shop) -> None:
    message = shop.tell("orders/paid", order(item("20.00"), total="21.00"))
    with nothing_changes(), pytest.raises(Invalid, match="Say why"):
        resolve_message(message, note=" ", actor=SETUP, now=timezone.now())

    resolve_message(message, note="Typed in by hand.", actor=SETUP, now=timezone.now())

    message.refresh_from_db()
    assert (message.status, message.note, message.settled_by) == (
        "resolved",
        "Typed in by hand.",
        "tests",
    )


def test_one_that_was_applied_is_neither_tried_again_nor_put_away(shop: Shop) -> None:
    message = shop.tell("orders/paid", order(item("20.00"), total="20.00"))

    with nothing_changes():
        with pytest.raises(StaleState):
            try_again(message, actor=SETUP, now=timezone.now())
        with pytest.raises(StaleState):
            resolve_message(message, note="x", actor=SETUP, now=timezone.now())


def test_a_mistake_of_ours_is_tried_again_and_then_waits_for_a_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        Sale.objects.filter(training=True).delete()
        raise ZeroDivisionError

    monkeypatch.setattr(orders, "record_sales", fail)
    message = shop.tell("orders/paid", order(item("20.00"), total="20.00"))
    assert (message.status, message.attempts, message.cause) == (
        "received",
        1,
        "ours: ZeroDivisionError",
    )
    assert message.next_attempt_at is not None

    for _ in range(orders.MOST_ATTEMPTS):
        InboundMessage.objects.update(next_attempt_at=timezone.now())
        apply_due_messages(clock=timezone.now) if message.status == "received" else None
        message.refresh_from_db()
        if message.status != "received":
            break

    assert (message.status, message.attempts) == ("rejected", orders.MOST_ATTEMPTS)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_make_one_sale() -> None:
    shop = make_shop()
    body = order(item("20.00"), total="20.00")
    for topic in ("orders/create", "orders/paid", "orders/updated"):
        assert shop.post(topic, {**body, "n": topic}).status_code == 200

    together([lambda: apply_due_messages(clock=timezone.now)] * 4)
    apply_due_messages(clock=timezone.now)

    assert Sale.objects.count() == 1
    statuses = sorted(InboundMessage.objects.values_list("status", flat=True))
    assert statuses == ["applied", "duplicate", "duplicate"]
    assert not SaleConflict.objects.exists()


def test_two_web_shops_may_have_an_order_of_one_number(shop: Shop) -> None:
    other = make_shop(name="Loud Harbour", receipt_prefix="LH-", domain="")
    body = order(item("20.00"), total="20.00")

    assert shop.tell("orders/paid", body).status == "applied"
    assert other.tell("orders/paid", body).status == "applied"
    assert Sale.objects.count() == 2
