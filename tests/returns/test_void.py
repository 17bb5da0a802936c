"""Undone, as long as no money has gone back; and let go when nobody came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.refunds.models import Refund, RefundEvent
from apps.returns.models import CustomerReturn
from apps.returns.services import expire_due_returns
from apps.returns.tasks import expire_due
from apps.sales.models import SaleLine, SaleTender
from tests.books import nothing_changes
from tests.world import (
    Register,
    buckets,
    card,
    exchange_line,
    level,
    line,
    pay_out,
    problem,
    return_line,
)


def _all_free() -> None:
    """No unit, money or exchange goods are promised or gone back on any sale."""
    for row in SaleLine.objects.prefetch_related("taxes"):
        assert {row.authorized_quantity, row.returned_quantity} == {0}
        assert row.refunded_minor == 0
        assert {tax.refunded_minor for tax in row.taxes.all()} <= {0}
    for tender in SaleTender.objects.all():
        assert (tender.pending_minor, tender.refunded_minor) == (0, 0)


def test_an_authorized_return_gives_everything_free_again(register: Register) -> None:
    register.count_stock("RED", "3")
    sale = register.sell(tenders=[card(1530)])
    authorized = register.authorize(sale, "4", exchange=[exchange_line("RED", "2")])
    assert level("RED").reserved == 2
    answer = register.void(authorized, "changed his mind again").json()
    assert (answer["status"], answer["expires_at"]) == ("voided", None)
    assert [r["status"] for r in answer["refunds"]] == ["cancelled"]
    _all_free()
    assert level("RED").reserved == 0
    assert buckets("85123A") == {"sellable": -6}


def test_two_lines_of_one_sale_line_are_both_free_again(register: Register) -> None:
    sale = register.sell()
    authorized = register.authorize(sale, lines=[return_line(1, "2"), return_line(1, "4")])
    assert register.void(authorized).status_code == 200
    _all_free()
    assert register.take_back(sale, "6").json()["refund_total"] == 1530


def test_the_void_is_told_and_in_the_trail_with_its_reason(register: Register) -> None:
    authorized = register.authorize(register.sell())
    register.void(authorized, "wrong receipt")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.reason) == ("return.voided", "wrong receipt")
    assert Event.objects.get(type="return.voided").subject_id == authorized["id"]


def test_the_void_of_a_completed_return_tells_what_moved(register: Register) -> None:
    completed = register.take_back(register.sell(tenders=[card(1530)]), "2").json()
    path = f"returns/{completed['id']}/void"
    assert register.post(path, {"operator": "1042"}).status_code == 200
    told = Event.objects.filter(type="stock.changed").order_by("ordinal").last()
    assert told is not None
    assert (told.subject_id, told.data["items"][0]["on_hand"]) == (f"void:{completed['id']}", "-6")
    assert AuditEntry.objects.latest("id").data["operator"] == "1042"


def test_a_completed_card_refund_that_was_not_sent_yet_is_cancelled(register: Register) -> None:
    sale = register.sell(tenders=[card(1530)])
    completed = register.take_back(sale, "2").json()
    answer = register.void(completed).json()
    assert answer["status"] == "voided"
    assert [r["status"] for r in answer["refunds"]] == ["cancelled"]
    _all_free()
    assert buckets("85123A") == {"sellable": -6}
    assert pay_out() == 0
    assert list(RefundEvent.objects.values_list("kind", flat=True)) == ["cancel"]


def test_two_completed_lines_of_one_sale_line_both_leave_again(register: Register) -> None:
    sale = register.sell(tenders=[card(1530)])
    lines = [return_line(1, "2"), return_line(1, "4", condition="damaged")]
    completed = register.take_back(sale, lines=lines).json()
    assert buckets("85123A") == {"sellable": -4, "damaged": 4}
    assert register.void(completed).status_code == 200
    _all_free()
    assert buckets("85123A") == {"sellable": -6, "damaged": 0}


def test_exchange_goods_come_back_with_the_void(register: Register) -> None:
    register.count_stock("RED", "3")
    sale = register.sell(tenders=[card(1530)])
    completed = register.take_back(sale, "4", exchange=[exchange_line("RED", "2")]).json()
    assert (buckets("RED"), completed["refund_total"]) == ({"sellable": 1}, 510)
    assert register.void(completed).status_code == 200
    assert (buckets("RED"), buckets("85123A")) == ({"sellable": 3}, {"sellable": -6})
    _all_free()


def test_money_that_was_sent_cannot_be_voided(register: Register) -> None:
    completed = register.take_back(register.sell(tenders=[card(1530)])).json()
    assert pay_out() == 1
    with nothing_changes():
        problem(register.void(completed), 409, "return-not-voidable")


@pytest.mark.parametrize("tender", ["cash", "gift_card"])
def test_money_that_went_back_at_once_cannot_be_voided(register: Register, tender: str) -> None:
    sale = register.sell(tenders=[{"number": 1, "kind": tender, "amount": 1530}])
    completed = register.take_back(sale).json()
    with nothing_changes():
        problem(register.void(completed), 409, "return-not-voidable")


def test_a_card_beside_cash_that_went_back_stays_too(register: Register) -> None:
    sale = register.sell(tenders=[card(100), {"number": 2, "kind": "cash", "amount": 1430}])
    completed = register.take_back(sale).json()
    with nothing_changes():
        problem(register.void(completed), 409, "return-not-voidable")
    assert set(Refund.objects.values_list("status", flat=True)) == {"submitted", "succeeded"}


def test_denied_and_voided_returns_cannot_be_voided(register: Register) -> None:
    denied = register.take_back(register.sell(), "7").json()
    voided = register.authorize(register.sell())
    register.void(voided)
    with nothing_changes():
        problem(register.void(denied), 409, "return-not-voidable")
        problem(register.void(voided), 409, "return-not-voidable")


def test_a_voided_return_cannot_be_completed(register: Register) -> None:
    authorized = register.authorize(register.sell())
    register.void(authorized)
    with nothing_changes():
        problem(register.complete(authorized), 409, "return-not-authorized")


def test_the_same_void_is_answered_with_the_same_bytes(register: Register) -> None:
    authorized = register.authorize(register.sell())
    path, key = f"returns/{authorized['id']}/void", "0042-03-261121-0007-v1"
    first = register.post(path, {}, key=key)
    with nothing_changes():
        assert register.post(path, {}, key=key).content == first.content


def test_nobody_came_and_everything_is_free_again(register: Register) -> None:
    register.count_stock("RED", "3")
    sale = register.sell(lines=[line(1), line(2, sku="B")])
    rows = [return_line(1, "2"), return_line(1, "1"), return_line(2, "1")]
    authorized = register.authorize(sale, lines=rows, exchange=[exchange_line("RED")])
    later = timezone.now() + timedelta(hours=24, seconds=1)
    assert expire_due_returns(now=later) == 1
    assert expire_due_returns(now=later) == 0
    assert register.get(f"returns/{authorized['id']}").json()["status"] == "expired"
    _all_free()
    assert level("RED").reserved == 0
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_kind, entry.store_number) == (
        "return.expired",
        "worker",
        "0042",
    )


def test_the_job_leaves_what_is_not_due_and_what_is_done(register: Register) -> None:
    register.take_back(register.sell())
    register.take_back(register.sell(), "7")
    register.void(register.authorize(register.sell()))
    register.authorize(register.sell())
    with nothing_changes():
        expire_due()
    CustomerReturn.objects.filter(status="authorized").update(expires_at=timezone.now())
    expire_due()
    statuses = CustomerReturn.objects.order_by("received_at").values_list("status", flat=True)
    assert list(statuses) == ["completed", "denied", "voided", "expired"]


def test_what_expired_can_be_asked_for_again(register: Register) -> None:
    sale = register.sell()
    register.authorize(sale, "6")
    assert register.take_back(sale, "1").json()["decision"] == "denied"
    expire_due_returns(now=timezone.now() + timedelta(days=2))
    assert register.take_back(sale, "6").json()["refund_total"] == 1530
