"""A sale conflict is closed by a person, who says why; the sale that stands is not touched."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import AuditEntry
from apps.common.errors import Invalid, StaleState
from apps.insights.trouble.conflicts import SaleConflicts
from apps.sales.models import Sale, SaleConflict
from apps.sales.services import settle_conflict
from apps.sales.states import ConflictStatus
from tests.admin.conftest import client_of
from tests.admin.helpers import act, page, text_of, url
from tests.books import nothing_changes
from tests.threads import together
from tests.world import SETUP, Register, problem


@pytest.fixture
def conflict(register: Register) -> SaleConflict:
    send_another(register, register.sell())
    return SaleConflict.objects.get()


def send_another(register: Register, stands: dict[str, Any]) -> None:
    """Another sale under the number of the one that stands."""
    problem(register.post("sales", {**stands, "customer": "C-2"}), 409, "sale-conflict")


def settle(conflict: SaleConflict, to: ConflictStatus, note: str = "numbering mended") -> None:
    settle_conflict(conflict, to, note=note, actor=SETUP, now=timezone.now())


def in_the_queue() -> int:
    return sum(group.count for group in SaleConflicts().groups(timezone.now()))


@pytest.mark.parametrize("to", [ConflictStatus.RESOLVED, ConflictStatus.DISCARDED])
def test_one_is_closed_with_who_when_and_why(conflict: SaleConflict, to: ConflictStatus) -> None:
    sale = Sale.objects.values().get()
    assert in_the_queue() == 1
    settle(conflict, to, " numbering mended ")

    conflict.refresh_from_db()
    assert (conflict.status, conflict.note) == (to, "numbering mended")
    assert conflict.settled_by == SETUP.label
    assert conflict.settled_at is not None
    assert in_the_queue() == 0
    assert Sale.objects.values().get() == sale
    entry = AuditEntry.objects.get(action=f"sale_conflict.{to}")
    assert (entry.subject_type, entry.subject_id) == ("sale", str(conflict.sale_id))
    assert entry.reason == "numbering mended"


def test_without_a_reason_nothing_is_closed(conflict: SaleConflict) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        settle(conflict, ConflictStatus.DISCARDED, "  ")


def test_what_is_closed_is_not_closed_again(conflict: SaleConflict) -> None:
    settle(conflict, ConflictStatus.DISCARDED)
    with nothing_changes(), pytest.raises(StaleState):
        settle(conflict, ConflictStatus.RESOLVED)


@pytest.mark.parametrize(("to", "open_again"), [("resolved", 1), ("discarded", 0)])
def test_what_comes_again(
    register: Register, conflict: SaleConflict, to: str, open_again: int
) -> None:
    settle(conflict, ConflictStatus(to))
    problem(register.post("sales", conflict.body), 409, "sale-conflict")

    conflict.refresh_from_db()
    assert conflict.times == 2
    assert in_the_queue() == open_again
    assert (conflict.settled_at is None) == bool(open_again)


def test_the_database_wants_the_reason_too(conflict: SaleConflict) -> None:
    for values in ({"status": "resolved"}, {"note": "x", "settled_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SaleConflict.objects.update(**values)


def test_on_its_page(conflict: SaleConflict) -> None:
    it, auditor = client_of(Role.IT_ADMINISTRATOR), client_of(Role.AUDITOR)
    refused(auditor, conflict)
    with nothing_changes():
        assert "This field is required." in text_of(it.post(act(conflict, "discard"), {}))
    it.post(act(conflict, "resolve"), {"note": "mended"})

    conflict.refresh_from_db()
    assert (conflict.status, conflict.settled_by) == ("resolved", "it_administrator@shop")
    shown = text_of(it.get(page(conflict)))
    assert "mended" in shown
    assert act(conflict, "discard") not in it.get(page(conflict)).content.decode()
    assert it.get(url(SaleConflict), {"status": "open"}).context["cl"].result_list == []


def refused(client: Client, conflict: SaleConflict) -> None:
    assert act(conflict, "discard") not in client.get(page(conflict)).content.decode()
    with nothing_changes():
        assert client.post(act(conflict, "discard"), {"note": "x"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_at_one_moment_close_it_once(conflict: SaleConflict) -> None:
    def close(to: ConflictStatus) -> Any:
        try:
            return settle(conflict, to)
        except StaleState:
            return "late"

    done = together(
        [lambda: close(ConflictStatus.RESOLVED), lambda: close(ConflictStatus.DISCARDED)]
    )
    assert sorted(map(str, done)) == ["None", "late"]
    assert AuditEntry.objects.filter(action__startswith="sale_conflict.").count() == 1
