"""Stock from another system: a correction with a movement of its own, as of the moment it is of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.events.models import Event
from apps.integrations.models import RejectedRecord
from apps.integrations.services import start_anew
from apps.inventory.models import StockLevel, StockMovement
from tests.integrations.inward.flows import (
    make_flow,
    make_items,
    on_hand,
    read,
    stock,
    tally,
)
from tests.integrations.inward.source import Source
from tests.threads import together
from tests.world import SETUP, Register, line, make_item


def make_stock_flow(source: Source, **changes: Any) -> Any:
    source.feed = False
    return make_flow(source, kind="stock", **changes)


def test_the_difference_is_a_movement_and_is_told(register: Register, source: Source) -> None:
    make_items(3)
    register.count_stock("A00001", "7")
    source.records = [stock(0, 4), stock(1, "7"), stock(2, 0)]

    run = read(make_stock_flow(source))

    assert tally(run) == ("done", 0, 1, 2, 0)
    assert [on_hand(n) for n in range(3)] == [4, 7, 0]
    movement = StockMovement.objects.get(kind="adjustment")
    assert (movement.reference, movement.quantity) == (f"told:{run.pk}:1:0", Decimal(4))
    told = Event.objects.get(type="stock.changed", subject_id=f"told:{run.pk}:1:0042")
    assert [(row["sku"], row["on_hand"]) for row in told.data["items"]] == [("A00000", "4")]
    entry = AuditEntry.objects.get(action="stock.corrected")
    assert (entry.subject_id, entry.actor_label, entry.data["by_sku"]) == (
        "0042",
        "ERP",
        {"A00000": "4.000"},
    )


def test_what_moved_since_that_moment_counts_on_top(register: Register, source: Source) -> None:
    make_items(1)
    before = timezone.now()
    register.count_stock("A00000", "10")
    register.sell(lines=[line(sku="A00000", quantity="2")])
    source.records = [stock(0, 6, as_of=before.isoformat())]

    read(make_stock_flow(source))

    assert on_hand(0) == 6 + 10 - 2


def test_an_older_word_changes_nothing_and_the_same_one_again_neither(
    register: Register, source: Source
) -> None:
    make_items(1)
    flow, now = make_stock_flow(source), timezone.now()
    source.records = [stock(0, 6, as_of=now.isoformat())]
    read(flow)
    register.sell(lines=[line(sku="A00000", quantity="2")])

    assert tally(read(flow)) == ("done", 0, 0, 1, 0)
    source.records = [stock(0, 9, as_of=(now - timedelta(seconds=1)).isoformat())]
    assert tally(read(flow)) == ("done", 0, 0, 1, 0)

    assert on_hand(0) == 4


def test_another_figure_of_the_same_moment_counts(register: Register, source: Source) -> None:
    make_items(1)
    flow, now = make_stock_flow(source), timezone.now()
    for figure in (6, 5):
        source.records = [stock(0, figure, as_of=now.isoformat())]
        read(flow)

    assert on_hand(0) == 5


def test_corrections_count_by_the_moment_they_are_of(register: Register, source: Source) -> None:
    make_items(1)
    flow, now = make_stock_flow(source), timezone.now()
    source.records = [stock(0, 10, as_of=(now - timedelta(minutes=5)).isoformat())]
    read(flow)
    source.records = [stock(0, 12, as_of=(now - timedelta(minutes=2)).isoformat())]
    read(flow)

    assert on_hand(0) == 12


def test_a_source_that_runs_behind_does_not_undo_what_it_has_not_heard_of(
    register: Register, source: Source
) -> None:
    make_items(1)
    register.count_stock("A00000", "10")
    flow = make_stock_flow(source, behind_seconds=600)
    start = timezone.now() + timedelta(seconds=5)
    StockMovement.objects.count()
    source.records = [stock(0, 10)]
    read(make_flow(source, name="Once", kind="stock"))
    register.sell(lines=[line(sku="A00000", quantity="2")])
    assert on_hand(0) == 8
    source.records = [stock(0, 0, as_of=start.isoformat())]

    read(flow)

    assert on_hand(0) == 0 + 10 - 2


def test_a_clock_that_is_ahead_is_taken_for_now(register: Register, source: Source) -> None:
    make_items(1)
    flow, far = make_stock_flow(source), timezone.now() + timedelta(days=3)
    source.records = [stock(0, 6, as_of=far.isoformat())]
    read(flow)
    source.records = [stock(0, 5)]
    read(flow)

    assert on_hand(0) == 5
    assert StockMovement.objects.latest("id").occurred_at < timezone.now()


def test_the_last_of_several_in_a_page_counts(register: Register, source: Source) -> None:
    make_items(1)
    now = timezone.now()
    source.records = [
        stock(0, 3, as_of=now.isoformat()), stock(0, 9, as_of=(now - timedelta(1)).isoformat()),
        stock(0, "2.5", as_of=now.isoformat()),
    ]  # fmt: skip

    assert tally(read(make_stock_flow(source))) == ("done", 0, 1, 2, 0)
    assert on_hand(0) == Decimal("2.5")


def test_unknown_items_and_shops_wait_and_come_right_by_themselves(
    register: Register, source: Source
) -> None:
    flow = make_stock_flow(source)
    source.records = [stock(0, 4), stock(1, 5, store="4711")]
    assert tally(read(flow)) == ("done", 0, 0, 0, 2)
    causes = list(RejectedRecord.objects.order_by("key").values_list("key", "cause"))
    assert causes == [("0042/A00000", "unknown-item"), ("4711/A00001", "unknown-shop")]

    make_item("A00000")
    source.records = []
    read(flow)

    assert on_hand(0) == 4
    row = RejectedRecord.objects.get(key="0042/A00000")
    assert (row.status, row.note, row.settled_by) == ("resolved", "It came right.", "ERP")
    assert RejectedRecord.objects.get(key="4711/A00001").status == "open"


@pytest.mark.parametrize("figure", [None, "many", True, "1e99", "NaN", 1.0005, [], {"n": 1}])
def test_a_figure_that_is_none_waits_for_a_person(
    register: Register, source: Source, figure: Any
) -> None:
    make_items(1)
    source.records = [stock(0, figure)]

    assert tally(read(make_stock_flow(source))) == ("done", 0, 0, 0, 1)
    assert RejectedRecord.objects.get().cause == "quantity"
    assert not StockLevel.objects.exists()


def test_a_source_may_say_less_than_nothing(register: Register, source: Source) -> None:
    make_items(1)
    source.records = [stock(0, -3)]
    read(make_stock_flow(source))

    assert on_hand(0) == -3


def test_started_anew_a_level_is_set_again(register: Register, source: Source) -> None:
    make_items(1)
    flow, now = make_stock_flow(source), timezone.now()
    source.records = [stock(0, 6, as_of=now.isoformat())]
    read(flow)
    StockMovement.objects.count()

    start_anew(flow, actor=SETUP, now=timezone.now())
    assert tally(read(flow)) == ("done", 0, 0, 1, 0)
    assert on_hand(0) == 6


def test_thousands_of_levels_take_a_bounded_number_of_statements(
    register: Register, source: Source
) -> None:
    make_items(2_500)
    flow = make_stock_flow(source, page_size=500)
    source.records = [stock(n, n % 50) for n in range(2_500)]
    with CaptureQueriesContext(connection) as seen:
        first = read(flow)

    assert tally(first) == ("done", 0, 2_450, 50, 0)
    assert first.pages == 5
    of_pages = [q["sql"] for q in seen if "SAVEPOINT" not in q["sql"]]
    assert len(of_pages) <= 12 + 15 * first.pages
    assert tally(read(flow)) == ("done", 0, 0, 2_500, 0)


@pytest.mark.django_db(transaction=True)
def test_sales_meanwhile_and_the_source_agree_in_the_end(source: Source) -> None:
    from tests.world import make_register

    register = make_register()
    make_items(5)
    flow = make_stock_flow(source)
    moment = timezone.now()
    source.records = [stock(n, 100, as_of=moment.isoformat()) for n in range(5)]

    def sell(number: int) -> Any:
        mine = register.alone()
        for n in range(5):
            place = (n + number) % 5
            mine.sell(lines=[line(sku=f"A{place:05d}", quantity="1")])

    together([lambda: read(flow), *[lambda i=i: sell(i) for i in range(3)]])

    assert [on_hand(n) for n in range(5)] == [97] * 5
    sums = {
        level.item.sku: sum(m.quantity for m in StockMovement.objects.filter(item=level.item))
        for level in StockLevel.objects.select_related("item")
    }
    assert set(sums.values()) == {Decimal(97)}
