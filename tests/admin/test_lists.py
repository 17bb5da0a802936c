"""Lists: 50 rows, no counts, the same few statements for 3 rows as for 50, keyset pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.common.display import ago
from apps.inventory.models import Item
from apps.refunds.models import Refund, StoreCredit
from apps.returns.models import CustomerReturn
from apps.sales.models import Sale, SaleConflict
from apps.terminals.models import Notice, Rotation, RotationPolicy, Terminal
from tests.admin.helpers import read, registered, rows, url
from tests.admin.one_of_each import fill_what_is_empty
from tests.terminals.fleet import make_notice, order
from tests.world import Register, card, line, make_register, pay_out

COUNTS_ITS_PARTS = {Rotation}
"""How far each rotation of the page has come, looked up by an index."""


def trade(register: Register, times: int) -> None:
    for number in range(times):
        sku = f"S-{number:03d}"
        sale = register.sell(lines=[line(sku=sku)], tenders=[card(1530)])
        register.take_back(sale, "2")
        register.post("sales", {**sale, "customer": f"C-{number}", "operator": str(number)})
    pay_out()


def grow_fleet(numbers: range) -> None:
    """Registers that each have a key, a notice, a rotation and a policy."""
    for number in numbers:
        terminal = make_register(number=str(number)).terminal
        make_notice(terminal)
        order([terminal])
        RotationPolicy.objects.create(terminal=terminal)


def statements(client: Client, model: type[Model]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(url(model)).status_code == 200
    counted = [q["sql"] for q in seen if "COUNT(" in q["sql"].upper()]
    assert model in COUNTS_ITS_PARTS or not counted, counted
    return len(seen)


def test_lists_take_the_same_few_statements_whatever_the_rows(
    it: Client, register: Register
) -> None:
    trade(register, 3)
    grow_fleet(range(70, 73))
    few = {model: statements(it, model) for model in registered()}
    trade(register, 50)
    grow_fleet(range(10, 60))

    many = {model: statements(it, model) for model in registered()}

    assert many == few
    assert max(many.values()) <= 8  # the trail: what its filters offer, each along an index
    for model in (Sale, CustomerReturn, Terminal, Notice, Rotation, RotationPolicy):
        assert rows(it, model) == 50, model


def test_every_list_has_a_way_behind_its_rows_and_back(it: Client, register: Register) -> None:
    trade(register, 1)
    grow_fleet(range(70, 72))
    fill_what_is_empty()

    for model in registered():
        shown = it.get(url(model)).context["cl"]
        cursor = shown._cursor_of(model._base_manager.all()[0])
        for way in ("after", "before"):
            assert it.get(url(model), {way: cursor}).status_code == 200, (model, way)


def test_pages_follow_each_other_without_gaps_both_ways(it: Client, register: Register) -> None:
    for _ in range(60):
        register.sell()
    first = it.get(url(Sale)).context["cl"]
    second = it.get(url(Sale) + first.older).context["cl"]
    back = it.get(url(Sale) + second.newer).context["cl"]

    assert (first.newer, second.older) == (None, None)
    assert len(first.result_list) == 50
    assert len(second.result_list) == 10
    newest = list(Sale.objects.order_by("-received_at", "-id"))
    assert [*first.result_list, *second.result_list] == newest
    assert back.result_list == first.result_list
    assert back.newer is None


def test_pages_keep_filter_and_search(it: Client, register: Register) -> None:
    for _ in range(60):
        register.sell()

    first = it.get(url(Sale), {"channel": "store", "q": "C-20931"}).context["cl"]
    second = it.get(url(Sale) + first.older).context["cl"]

    assert "channel=store" in first.older
    assert len(first.result_list) + len(second.result_list) == 60


def test_a_broken_cursor_begins_again(it: Client, register: Register) -> None:
    for cursor in ("x", "bnVsbA", "WzEsMiwzXQ"):
        assert it.get(url(Sale), {"after": cursor})["Location"] == f"{url(Sale)}?e=1"


@pytest.mark.parametrize("model", registered(), ids=lambda m: m._meta.label)
def test_empty_lists_say_what_would_be_here(it: Client, model: type[Model]) -> None:
    response = it.get(url(model))
    owner = response.context["cl"].model_admin

    if not response.context["cl"].result_list:
        assert str(owner.empty_says) in response.content.decode()
        assert str(owner.empty_says) != "Nothing here yet." or owner.empty_first


def test_a_search_without_a_hit_says_so_and_leads_back(it: Client, register: Register) -> None:
    register.sell()

    assert "Nothing matches." in read(it, url(Sale), q="T-404")
    assert "Show all" in read(it, url(Sale), q="T-404")


def test_any_number_on_paper_finds_it(it: Client, register: Register) -> None:
    sale = register.sell(lines=[line(serial_number="SN-77")], tenders=[card(1530)])
    number = register.take_back(sale, "1").json()["number"]
    declined = register.sell(tenders=[card(1530, ref="sbx_decline_1")])
    register.take_back(declined, "1")
    register.sell(customer="C-1")
    pay_out()
    refund = Refund.objects.get(label=number)
    credit = StoreCredit.objects.get()

    for term in (sale["receipt_number"], "SN-77"):
        assert rows(it, Sale, q=term) == 1, term
    for term in (number, sale["receipt_number"], str(refund.pk), refund.provider_ref, "SN-77"):
        assert rows(it, CustomerReturn, q=term) == 1, term
    for term in (number, sale["receipt_number"], str(refund.pk), refund.provider_ref):
        assert rows(it, Refund, q=term) == 1, term
    assert rows(it, CustomerReturn, q="C-20931") == 2
    assert rows(it, Sale, q="85123A") == 3
    assert rows(it, Item, q="85123A") == 1
    assert rows(it, StoreCredit, q=credit.code) == 1
    assert rows(it, Terminal, q="0042/03") == 1
    assert rows(it, AuditEntry, q=number) == 3  # the sale too
    assert rows(it, Sale, q="4111 1111 1111 1111") == 0


def test_conflicts_are_found_and_told_apart(it: Client, register: Register) -> None:
    trade(register, 1)

    conflict = SaleConflict.objects.get()
    text = read(it, url(SaleConflict, "change", conflict.pk))

    assert "customer C-20931 C-0" in text
    assert rows(it, SaleConflict, q=conflict.sale.receipt_number) == 1


def test_times_say_how_long_ago() -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 11, 20, tzinfo=UTC)
    spans = [timedelta(seconds=3), timedelta(seconds=42), timedelta(minutes=3), timedelta(days=2)]

    said = [ago(now - span, now) for span in spans]

    assert said == ["just now", "42 s ago", "3 min ago", "2 days ago"]
