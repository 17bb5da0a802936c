"""*Waiting for approval*: who sees what waits, who decides it from afar, and how the register hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.approvals.models import Approver
from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.returns.models import CustomerReturn, Override
from apps.stores.models import Store
from tests.books import nothing_changes
from tests.world import Register, make_approver, make_register

BOARD = "/admin/returns/customerreturn/waiting/"


def as_manager(number: str = "2001", **fields: Any) -> Approver:
    """The shop manager who is logged in, as an approver."""
    user = User.objects.get(username="store_manager@shop")
    return make_approver(number, user=user, **fields)


def rule(client: Client, one: dict[str, Any], word: str, reason: str = "Known to us") -> Any:
    url = f"/admin/returns/customerreturn/{one['id']}/{word}/"
    return client.post(url, {"reason": reason, "once": f"{word}-{one['id']}"}, follow=True)


def test_the_board_says_where_how_much_and_why(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait(customer="C-7")
    page = manager.get(BOARD).content.decode()
    for said in ("Shop 0042, register 03", "5.10", waiting["number"], "The return window has ended.",
                 "Item 85123A", waiting["receipt_number"], "operator 1042", "customer C-7"):  # fmt: skip
        assert said in page, said
    assert f"{waiting['id']}/allow/" in page


def test_allowed_from_afar_the_register_hears_of_it(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    page = rule(manager, waiting, "allow")
    assert "is authorized. The register knows." in page.content.decode()
    shown = register.get(f"returns/{waiting['id']}").json()
    assert (shown["status"], shown["overrides"][0]["method"]) == ("authorized", "remote")
    event = Event.objects.get(type="return.authorized")
    assert (event.store_number, event.terminal_number) == ("0042", "03")
    entry = AuditEntry.objects.get(action="return.overridden")
    assert (entry.actor_label, entry.reason) == ("store_manager@shop", "Known to us")
    assert entry.store_number == "0042"
    assert register.complete(shown).json()["status"] == "completed"


def test_refused_from_afar_the_operator_reads_why(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    rule(manager, waiting, "refuse", "Worn for weeks")
    shown = register.get(f"returns/{waiting['id']}").json()
    assert (shown["status"], shown["overrides"][0]["reason"]) == ("denied", "Worn for weeks")


def test_without_a_reason_nothing_is_decided(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    with nothing_changes():
        rule(manager, waiting, "allow", "")


def test_sent_twice_it_is_decided_once(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    rule(manager, waiting, "allow")
    rule(manager, waiting, "allow")
    assert Override.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"number": "1042"}, "Nobody approves their own returns"),
        ({"most": 509}, "More than your level allows."),
    ],
    ids=["own", "level"],
)
def test_what_is_not_theirs_has_no_button_and_no_back_door(
    manager: Client, register: Register, fields: dict[str, Any], says: str
) -> None:
    waiting = register.wait()
    as_manager(**fields)
    page = manager.get(BOARD).content.decode()
    assert says in page
    assert "/allow/" not in page
    with nothing_changes():
        rule(manager, waiting, "allow")
    assert not Override.objects.exists()


def test_another_shops_returns_are_not_seen_by_who_sees_one_shop(
    manager: Client, register: Register
) -> None:
    as_manager()
    waiting = make_register(store="0051").wait()
    assert waiting["number"] not in manager.get(BOARD).content.decode()
    with nothing_changes():
        rule(manager, waiting, "allow")


def test_an_approver_of_other_shops_can_only_look(manager: Client, register: Register) -> None:
    make_register(store="0051")
    approver = as_manager(most=100000)
    approver.stores.set([Store.objects.get(number="0051")])
    waiting = register.wait()
    assert "may not approve in this shop" in manager.get(BOARD).content.decode()
    with nothing_changes():
        rule(manager, waiting, "allow")


def test_a_manager_who_is_no_approver_looks_and_reads_what_to_do(
    manager: Client, register: Register
) -> None:
    waiting = register.wait()
    page = manager.get(BOARD).content.decode()
    assert waiting["number"] in page
    assert "your log-in belongs to no approver" in page
    assert "/allow/" not in page
    with nothing_changes():
        rule(manager, waiting, "allow")


def test_an_auditor_sees_and_decides_nothing(auditor: Client, register: Register) -> None:
    waiting = register.wait()
    page = auditor.get(BOARD).content.decode()
    assert waiting["number"] in page
    assert "/allow/" not in page
    with nothing_changes():
        assert rule(auditor, waiting, "allow").status_code == 403


def test_what_is_over_is_not_there(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    CustomerReturn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Nothing waits." in manager.get(BOARD).content.decode()
    with nothing_changes():
        page = rule(manager, waiting, "allow")
    assert "does not wait any more" in page.content.decode()


def test_many_cost_no_more_statements_than_one(manager: Client, register: Register) -> None:
    as_manager()
    register.wait()

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert manager.get(f"{BOARD}figures/").status_code == 200
        return len(queries)

    one = cost()
    for _ in range(3):
        register.wait()
    assert cost() == one <= 9


def test_the_home_page_leads_there_while_something_waits(it: Client, register: Register) -> None:
    assert "waits for approval" not in it.get("/admin/").content.decode()
    register.wait()
    page = it.get("/admin/").content.decode()
    assert "1 return waits for approval." in page
    assert BOARD in page


def test_the_story_tells_who_allowed_it(manager: Client, register: Register) -> None:
    as_manager()
    waiting = register.wait()
    rule(manager, waiting, "allow")
    page = manager.get(f"/admin/returns/customerreturn/{waiting['id']}/change/").content.decode()
    assert "2001 Mia Ranke" in page
    assert "Known to us" in page


def test_a_denial_is_found_by_its_appeal_reference(auditor: Client, register: Register) -> None:
    make_approver()
    denied = register.override(register.wait(), approve=False, reason="Worn").json()
    found = auditor.get("/admin/returns/customerreturn/", {"q": denied["appeal_reference"].lower()})
    assert denied["number"] in found.content.decode()
    page = auditor.get(f"/admin/returns/customerreturn/{denied['id']}/change/").content.decode()
    assert denied["appeal_reference"] in page
    assert "A manager did not allow it." in page.partition("<ol class=")[0]
    assert "Worn" in page
