"""A return that waits for a manager: kept and told, and nothing is held for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.returns.models import CustomerReturn
from apps.returns.services import expire_due_returns
from apps.returns.services.deciding import decide_again
from tests.books import books, nothing_changes
from tests.world import Register, exchange_line, level, publish_policy

KEPT_IN = {
    "returns_customerreturn",
    "returns_returnline",
    "audit_auditentry",
    "audit_unsealedentry",
    "events_event",
    "idempotency_idempotentrequest",
}


def wait(register: Register, **asked: Any) -> Any:
    """A return that is too late, under a policy that lets a manager decide on that."""
    publish_policy(
        rules={
            "window": {"days": 0, "late": "override"},
            "authorization": {"hours": 24, "approval_hours": 2},
        }
    )
    sale = register.sell(sold_at="2026-01-20T16:41:09+01:00")
    before = books()
    answer = register.take_back(sale, "2", **asked).json()
    changed = {table for table, rows in books().items() if rows != before[table]}
    return answer, changed


def test_it_is_answered_with_what_it_would_be_worth_and_until_when(register: Register) -> None:
    answer, _ = wait(register)
    assert (answer["status"], answer["decision"]) == ("needs_override", "needs_override")
    assert (answer["refund_total"], answer["refunds"]) == (510, [])
    assert (answer["lines"][0]["outcome"], answer["lines"][0]["codes"]) == (
        "needs_override",
        ["window-expired"],
    )
    kept = CustomerReturn.objects.get()
    assert kept.expires_at == kept.received_at + timedelta(hours=2)
    assert datetime.fromisoformat(answer["expires_at"]) == kept.expires_at
    assert answer["appeal_reference"] is None


def test_nothing_is_held_for_it(register: Register) -> None:
    _, changed = wait(register)
    assert changed == KEPT_IN


def test_exchange_goods_are_written_down_and_not_reserved(register: Register) -> None:
    register.count_stock("RED", "3")
    answer, changed = wait(register, exchange=[exchange_line("RED")])
    assert changed == KEPT_IN | {"returns_exchangeline"}
    assert (answer["exchange_total"], level("RED").reserved) == (255, 0)


def test_it_is_told_and_in_the_trail(register: Register) -> None:
    answer, _ = wait(register)
    assert Event.objects.get(type="return.needs_override").subject_id == answer["id"]
    entry = AuditEntry.objects.get(action="return.needs_override")
    assert (entry.subject_id, entry.outcome) == (answer["id"], "needs_override")


def test_it_reads_back_as_it_was_answered(register: Register) -> None:
    answer, _ = wait(register)
    assert register.get(f"returns/{answer['id']}").json() == answer


def test_it_cannot_be_completed_or_voided_and_expires(register: Register) -> None:
    answer, _ = wait(register)
    with nothing_changes():
        assert register.complete(answer).status_code == 409
        assert register.void(answer).status_code == 409
    assert expire_due_returns(now=timezone.now() + timedelta(hours=2)) == 1
    assert register.get(f"returns/{answer['id']}").json()["status"] == "expired"


def test_decided_again_with_the_code_allowed_it_is_approved(register: Register) -> None:
    answer, _ = wait(register)
    waiting = CustomerReturn.objects.get(pk=answer["id"])
    with transaction.atomic(), nothing_changes():
        refused = decide_again(waiting, waived=frozenset(), now=timezone.now())
        allowed = decide_again(waiting, waived=frozenset({"window-expired"}), now=timezone.now())
    assert refused.decision.outcome == "needs_override"
    assert (allowed.decision.outcome, allowed.decision.refund_total) == ("approved", 510)
    assert (allowed.ask.lines, allowed.customer) == (refused.ask.lines, "C-20931")


def test_decided_again_it_sees_what_came_back_meanwhile(register: Register) -> None:
    answer, _ = wait(register)
    publish_policy(days=3650)
    receipt = answer["receipt_number"]
    register.take_back({"receipt_number": receipt}, "5")
    waiting = CustomerReturn.objects.get(pk=answer["id"])
    with transaction.atomic():
        again = decide_again(waiting, waived=frozenset({"window-expired"}), now=timezone.now())
    assert again.decision.lines[0].codes == ("quantity-exceeded",)
