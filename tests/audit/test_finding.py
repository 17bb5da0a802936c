"""One search over everything, and filters: what they find, and by which index."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models.fields.json import KT
from django.test import Client

from apps.audit import selectors
from apps.audit.models import AuditEntry
from apps.audit.services.sealing import seal_entries
from apps.events.models import Event
from apps.events.services import place_events
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from tests.admin.conftest import auditor
from tests.audit.trail import NOON, later, write
from tests.plans import read_whole
from tests.world import Register, card, pay_out

__all__ = ["auditor"]
LIST = "/admin/audit/auditentry/"
BOTH = {"return.completed", "refund.succeeded", "sale.recorded"}


def found(client: Client, **params: str) -> list[str]:
    response = client.get(LIST, params)
    assert response.status_code == 200, response
    return [entry.action for entry in response.context["cl"].result_list]


@pytest.fixture
def number(register: Register) -> str:
    register.take_back(register.sell(tenders=[card(1530)]), "2")
    pay_out()
    place_events()
    return CustomerReturn.objects.get().number


def test_whatever_was_typed_finds_the_entries(auditor: Client, number: str) -> None:
    one, refund = CustomerReturn.objects.get(), Refund.objects.get()
    sale, event = one.sale, Event.objects.get(type="return.completed")
    assert sale is not None

    for term in (number, sale.receipt_number, str(one.pk), refund.provider_ref, str(event.pk)):
        assert "return.completed" in found(auditor, q=term), term
    assert set(found(auditor, q=number)) == BOTH
    assert set(found(auditor, q=sale.receipt_number)) == BOTH
    request = AuditEntry.objects.get(action="return.completed").request_id
    assert found(auditor, q=request) == ["return.completed"]
    assert "sale.recorded" in found(auditor, q="0042/03")
    assert found(auditor, q="sale.recorded") == ["sale.recorded"]
    assert found(auditor, q="auditor@shop")[0] == "trail.viewed"
    assert found(auditor, q=f"refund:{refund.pk}") == ["refund.succeeded"]


def test_a_place_in_a_chain_finds_its_entry(auditor: Client, number: str) -> None:
    seal_entries()
    entry = AuditEntry.objects.filter(store_number="0042").order_by("pk")[1]

    assert found(auditor, q="0042#2") == [entry.action]


def test_a_card_number_finds_nothing(auditor: Client, number: str) -> None:
    assert found(auditor, q="4111 1111 1111 1111") == []


def test_filters_narrow_what_is_shown(db: None) -> None:
    write(1, "a.one", "a.two")
    write(2, "a.one", now=later(5))
    write(None, "c.one")

    def narrowed(**wanted: str) -> list[str]:
        rows = selectors.narrow(AuditEntry.objects.all(), wanted)
        return [f"{e.store_number}{e.action}" for e in selectors.take(rows, None, 50)]

    assert narrowed(shop="0001") == ["0001a.two", "0001a.one"]
    assert narrowed(shop="-") == ["c.one"]
    assert narrowed(shop="0002", register="03") == ["0002a.one"]
    assert narrowed(action="a.one") == ["0002a.one", "0001a.one"]
    assert narrowed(kind="command") == ["c.one"]
    assert narrowed(since="2026-11-21T13:00") == ["0002a.one"]
    assert narrowed(until="2026-11-21T13:00", shop="0001") == ["0001a.two", "0001a.one"]
    assert narrowed(since="yesterday") == ["c.one", "0002a.one", "0001a.two", "0001a.one"]


def test_pages_of_a_search_follow_each_other_both_ways(auditor: Client, db: None) -> None:
    for _ in range(60):
        write(1, "a.one")
    first = auditor.get(LIST, {"q": "a.one"}).context["cl"]
    second = auditor.get(LIST + first.older).context["cl"]
    back = auditor.get(LIST + second.newer).context["cl"]

    ids = [e.pk for e in [*first.result_list, *second.result_list]]
    assert (len(ids), ids) == (60, sorted(ids, reverse=True))
    assert [e.pk for e in back.result_list] == ids[:50]


@pytest.fixture
def many(db: None) -> None:
    """20,000 entries: enough for the planner to know better than to read them all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_auditentry (at, actor_kind, actor_id, actor_label, store_id, store_number,
                terminal_number, action, subject_type, subject_id, subject_label, outcome, reason, data, request_id)
            SELECT %s::timestamptz + n * interval '1 second', CASE WHEN n %% 5000 = 0 THEN 'user' ELSE 'terminal' END,
                   'a' || n %% 400, 'label ' || n %% 400, n %% 100, 'S' || n %% 100, '0' || n %% 4,
                   'act.' || n %% 40, 'return', 'r' || n, 'R-' || n,
                   CASE WHEN n %% 5000 = 0 THEN 'denied' ELSE 'approved' END, '',
                   jsonb_build_object('provider_ref', 'p' || n, 'operator', 'op' || n %% 300), 'q' || n
              FROM generate_series(1, 20000) AS n
            """,
            [NOON],
        )
        cursor.execute("ANALYZE audit_auditentry")


def plans(rows: Any, ways: Any = None) -> str:
    rows = rows.alias(provider_ref=KT("data__provider_ref"), operator=KT("data__operator"))
    rows = rows.order_by("-pk")
    parts = [rows.filter(way)[:51] for way in ways] if ways else [rows[:51]]
    return "\n".join(part.explain() for part in parts)


def test_every_way_of_a_search_is_carried_by_an_index(many: None) -> None:
    for term in ("R-77", "S7", "S7/03", "77"):
        plan = plans(AuditEntry.objects.all(), selectors.branches(term, ["return:r7", "sale:s7"]))
        assert not read_whole(plan), f"{term}: {plan}"


FILTERS: list[dict[str, str]] = [
    {"shop": "S7"},
    {"shop": "S7", "register": "03"},
    {"kind": "user"},
    {"outcome": "denied"},
    {"action": "act.7"},
    {"subject": "return:r7"},
    {"since": "2026-11-21T12:10", "until": "2026-11-21T12:11"},
]


def test_every_filter_is_carried_by_an_index(many: None) -> None:
    for wanted in FILTERS:
        plan = plans(selectors.narrow(AuditEntry.objects.all(), wanted))
        assert not read_whole(plan), f"{wanted}: {plan}"


def test_offers_of_the_filters_are_a_few_look_ups(many: None) -> None:
    assert len(selectors.values_of("action")) == 40
    assert selectors.values_of("outcome") == ["approved", "denied"]
    assert selectors.registers_of("S7") == ["03"]
