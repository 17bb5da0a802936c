"""A manager at the register allows a return that waits: then it is as if it had been authorized at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.idempotency.models import IdempotentRequest
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn, Override
from apps.returns.services import expire_due_returns
from apps.sales.models import SaleLine
from tests.books import nothing_changes
from tests.world import (
    PIN,
    Register,
    card,
    exchange_line,
    level,
    line,
    make_approver,
    make_item,
    make_register,
    problem,
    publish_policy,
    return_line,
)

SECRETS = {PIN, "badge-7f3e-91c2-aa04"}


def test_it_is_authorized_and_its_units_and_money_are_held(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    answer = register.override(waiting).json()
    assert (answer["status"], answer["decision"]) == ("authorized", "approved")
    assert (answer["refund_total"], answer["lines"][0]["codes"]) == (510, ["window-expired"])
    assert [(r["amount"], r["status"]) for r in answer["refunds"]] == [(510, "planned")]
    assert SaleLine.objects.get().authorized_quantity == Decimal(2)
    assert register.get(f"returns/{waiting['id']}").json() == answer


def test_one_row_says_who_allowed_what_and_why(register: Register) -> None:
    approver = make_approver()
    answer = register.override(register.wait()).json()
    word = Override.objects.get()
    assert (word.response_code, word.allowed, word.approver) == ("window-expired", True, approver)
    assert (word.approved_by, word.operator_ref, word.method) == ("2001", "1042", "pin")
    assert (word.reason, word.amount_minor) == ("A good customer", 510)
    assert answer["overrides"] == [
        {"code": "window-expired", "allowed": True, "approver": "2001", "method": "pin",
         "reason": "A good customer", "at": answer["overrides"][0]["at"]}
    ]  # fmt: skip


def test_the_waived_code_stays_in_the_trace(register: Register) -> None:
    make_approver()
    register.override(register.wait())
    kept = CustomerReturn.objects.get()
    rows = [row for row in kept.trace if row["code"] == "window-expired"]
    assert [(r["outcome"], r["said"], r["by"]) for r in rows] == [
        ("approved", "needs_override", "waived")
    ]
    assert kept.waived == ["window-expired"]


def test_completed_in_one_call_the_money_goes(register: Register) -> None:
    make_approver()
    answer = register.override(register.wait(), complete=True).json()
    assert (answer["status"], answer["refunds"][0]["status"]) == ("completed", "succeeded")
    assert SaleLine.objects.get().returned_quantity == Decimal(2)


def test_it_can_be_completed_later(register: Register) -> None:
    make_approver()
    answer = register.override(register.wait()).json()
    assert register.complete(answer).json()["status"] == "completed"


def test_it_is_told_and_in_the_trail(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    register.override(waiting)
    told = Event.objects.get(type="return.authorized")
    assert (told.subject_id, told.data["override"]["approver"]) == (waiting["id"], "2001")
    entries = AuditEntry.objects.filter(subject_id=waiting["id"]).order_by("id")
    assert [e.action for e in entries] == [
        "return.needs_override",
        "return.overridden",
        "return.authorized",
    ]
    assert (entries[1].outcome, entries[1].reason) == ("approved", "A good customer")


def test_a_refusal_denies_it_and_it_is_worth_nothing(register: Register) -> None:
    make_approver()
    register.count_stock("RED", "3")
    waiting = register.wait(exchange=[exchange_line("RED")])
    answer = register.override(waiting, approve=False, reason="Worn").json()
    assert (answer["status"], answer["decision"]) == ("denied", "denied")
    assert (answer["refund_total"], answer["exchange"], answer["refunds"]) == (0, [], [])
    assert answer["lines"][0]["codes"] == ["manager-refused", "window-expired"]
    assert [(m["to"], m["code"]) for m in answer["messages"]] == [
        ("operator", "manager-refused"),
        ("customer", "manager-refused"),
        ("operator", "window-expired"),
    ]
    assert answer["appeal_reference"].startswith("A-")
    assert register.get(f"returns/{waiting['id']}").json() == answer
    assert Override.objects.get().allowed is False


def test_exchange_goods_are_reserved(register: Register) -> None:
    make_approver()
    register.count_stock("RED", "3")
    register.override(register.wait(exchange=[exchange_line("RED")]))
    assert level("RED").reserved == Decimal(1)


def test_exchange_goods_that_are_gone_by_now_deny_it(register: Register) -> None:
    make_approver()
    register.count_stock("RED", "3")
    waiting = register.wait(exchange=[exchange_line("RED")])
    register.count_stock("RED", "0")
    answer = register.override(waiting).json()
    assert (answer["status"], answer["refund_total"]) == ("denied", 0)
    assert answer["lines"][0]["codes"][0] == "exchange-out-of-stock"
    assert Override.objects.get().allowed is True


def test_what_came_back_meanwhile_denies_it(register: Register) -> None:
    make_approver()
    waiting = register.wait("2")
    publish_policy(days=3650)
    register.take_back({"receipt_number": waiting["receipt_number"]}, "5")
    answer = register.override(waiting).json()
    assert (answer["status"], answer["lines"][0]["codes"][0]) == ("denied", "quantity-exceeded")


def test_another_reason_to_ask_keeps_it_waiting_for_another_word(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    publish_policy(rules={"window": {"days": 0, "late": "override"},
                          "amount": {"ask_above": {"EUR": 100}}})  # fmt: skip
    answer = register.override(waiting).json()
    assert (answer["status"], answer["expires_at"]) == ("needs_override", waiting["expires_at"])
    assert [m["code"] for m in answer["messages"] if m["to"] == "operator"] == [
        "amount-above-limit"
    ]
    answer = register.override(waiting).json()
    assert answer["status"] == "authorized"
    assert [o["code"] for o in answer["overrides"]] == ["window-expired", "amount-above-limit"]


def test_without_a_receipt_it_works_as_well(register: Register) -> None:
    make_approver()
    publish_policy(rules={"no_receipt": {"blind": "override", "id_required": False}})
    register.sell(lines=[line(unit_price=300)])
    body = {"sku": "85123A", "quantity": "1", "reason": "other", "condition": "unopened"}
    waiting = register.post("returns", {"lines": [body], "operator": "1042"}).json()
    assert (waiting["status"], waiting["kind"]) == ("needs_override", "blind")
    answer = register.override(waiting).json()
    assert (answer["status"], answer["refund_total"]) == ("authorized", 300)
    assert answer["refunds"][0]["kind"] == "store_credit"


def test_the_same_request_again_gets_the_same_answer_without_a_proof(register: Register) -> None:
    approver = make_approver()
    waiting = register.wait()
    first = register.override(waiting, key="0042-03-override-0001")
    approver.is_active = False
    approver.save()
    again = register.override(waiting, key="0042-03-override-0001")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert Override.objects.count() == 1


def test_a_pin_mistyped_once_does_not_use_up_the_key(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    wrong = register.override(waiting, key="0042-03-override-0001", pin="111222")
    problem(wrong, 403, "approval-refused")
    right = register.override(waiting, key="0042-03-override-0001")
    assert right.json()["status"] == "authorized"


def test_neither_pin_nor_its_digest_is_kept_with_the_request(register: Register) -> None:
    """The fingerprint is the same whatever the PIN, so nothing can be tried against it."""
    make_approver()
    answer = register.override(register.wait(), key="0042-03-override-0001")
    other = register.override(answer.json(), key="0042-03-override-0001", pin="999888")
    assert other.content == answer.content
    with connection.cursor() as cursor:
        for table in ("idempotency_idempotentrequest", "audit_auditentry", "events_event"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{PIN}%"])
            assert cursor.fetchone() == (0,)


def test_nobody_approves_their_own_returns(register: Register) -> None:
    make_approver("a-1042")
    waiting = register.wait(operator="A-1042 ")
    with nothing_changes():
        answer = register.override(waiting, approver="a-1042")
    problem(answer, 403, "approver-is-operator")


def test_the_database_refuses_it_too(register: Register) -> None:
    approver = make_approver()
    register.override(register.wait())
    word = Override.objects.get()
    word.pk, word.response_code, word.approved_by = None, "another", "1042 "
    with pytest.raises(IntegrityError, match="override_by_another"), transaction.atomic():
        word.save()
    assert approver.number == "2001"


def test_a_word_is_never_changed_or_removed(register: Register) -> None:
    make_approver()
    register.override(register.wait())
    for change in ("UPDATE returns_override SET reason = ''", "DELETE FROM returns_override"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            connection.cursor().execute(change)


def test_an_approver_of_other_shops_may_not(register: Register) -> None:
    make_register(store="0051")
    approver = make_approver(most=100000)
    approver.stores.clear()
    waiting = register.wait()
    with nothing_changes():
        problem(register.override(waiting), 403, "approver-not-here")


def test_up_to_the_level_and_no_further(register: Register) -> None:
    make_approver(most=509)
    make_approver("2002", most=510)
    waiting = register.wait()
    with nothing_changes():
        problem(register.override(waiting), 403, "approval-limit-exceeded")
    assert register.override(waiting, approver="2002").json()["status"] == "authorized"


def test_whoever_may_not_allow_it_may_still_refuse(register: Register) -> None:
    make_approver(most=0)
    assert register.override(register.wait(), approve=False).json()["status"] == "denied"


def test_a_currency_without_a_limit_is_not_theirs(register: Register) -> None:
    approver = make_approver(most=100000)
    approver.level.limits = {"CHF": 100000}
    approver.level.save()
    waiting = register.wait()
    problem(register.override(waiting), 403, "approval-limit-exceeded")


def test_what_does_not_wait_is_refused(register: Register) -> None:
    make_approver()
    done = register.override(register.wait()).json()
    with nothing_changes():
        problem(register.override(done), 409, "return-not-waiting")


def test_expired_is_expired(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    past = timezone.now() - timedelta(seconds=1)
    CustomerReturn.objects.update(expires_at=past)
    with nothing_changes():
        problem(register.override(waiting), 409, "return-not-waiting")
    assert expire_due_returns(now=timezone.now()) == 1
    entry = AuditEntry.objects.get(action="return.expired")
    assert entry.reason == "not approved in time"
    problem(register.override(waiting), 409, "return-not-waiting")


def test_another_shops_return_is_not_there(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    problem(make_register(store="0051").override(waiting), 404, "not-found")


def test_a_register_that_takes_nothing_back_overrides_nothing(register: Register) -> None:
    make_approver()
    waiting = register.wait()
    reader = make_register(number="04", scopes=["read"])
    with nothing_changes():
        problem(reader.override(waiting), 403, "scope-missing")


@pytest.mark.parametrize(
    "body",
    [
        {"approver": "2001", "reason": "x"},
        {"pin": PIN, "reason": "x"},
        {"approver": "2001", "pin": PIN, "badge": "b" * 16, "reason": "x"},
        {"approver": "2001", "pin": PIN},
        {"approver": "2001", "pin": 482915, "reason": "x"},
    ],
    ids=["neither", "nobody", "both", "no reason", "a number"],
)
def test_malformed_words_are_refused_and_nothing_of_them_comes_back(
    register: Register, body: dict[str, object]
) -> None:
    make_approver()
    waiting = register.wait()
    with nothing_changes():
        answer = register.post(f"returns/{waiting['id']}/override", body)
    problem(answer, 400, "invalid-request")
    assert PIN.encode() not in answer.content


def test_each_line_and_each_tender_gets_its_share(register: Register) -> None:
    make_approver()
    make_item("RED")
    publish_policy(rules={"window": {"days": 0, "late": "override"}})
    sale = register.sell(
        sold_at="2026-01-20T16:41:09+01:00",
        lines=[line(), line(2, sku="RED", quantity="1", unit_price=999)],
        tenders=[card(2000), {"number": 2, "kind": "cash", "amount": 529}],
    )
    lines = [return_line(1, "2"), return_line(2, "1")]
    waiting = register.take_back(sale, lines=lines, complete=False).json()
    answer = register.override(waiting, complete=True).json()
    assert [row["refund"] for row in answer["lines"]] == [510, 999]
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 1509


def test_its_effect_stands_with_its_key(register: Register) -> None:
    make_approver()
    answer = register.override(register.wait()).json()
    effects = IdempotentRequest.objects.values_list("effect", flat=True)
    assert f"override:{answer['id']}:1" in effects
