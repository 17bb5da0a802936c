"""The home page: all well or what is not, the day in figures, first steps on an empty database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.events.models import Event
from apps.events.services import place_events
from apps.insights.home import read_home
from apps.insights.models import Heartbeat, VerifyRun
from apps.inventory.models import Item
from apps.refunds.models import Refund
from apps.returns.models import CustomerReturn
from apps.terminals.models import TerminalSeen
from tests.admin.helpers import read
from tests.world import Register, card, pay_out, return_body

HOME = "/admin/"


@pytest.fixture
def well(register: Register) -> Register:
    """Everything runs: the scheduler, the check of the books, the register."""
    register.get("terminals/self")
    place_events()
    Heartbeat.objects.create(name="beat", at=timezone.now())
    VerifyRun.objects.create(at=timezone.now(), seconds=1, violations=0, results=[])
    return register


def test_an_empty_installation_says_what_to_do_first(it: Client) -> None:
    text = read(it, HOME)

    assert "Welcome. Three steps to the first return:" in text
    for step in ("Add a shop", "Write a return policy", "Add a register"):
        assert step in text
    assert "not well" not in text


def test_all_well(it: Client, well: Register) -> None:
    assert "All well" in read(it, HOME)


def test_the_day_in_figures(it: Client, well: Register) -> None:
    sale = well.sell()
    well.take_back(sale, "2")
    well.take_back(well.sell(tenders=[card(1530)]), "1")
    well.post("returns", return_body({"receipt_number": "T-404"}))
    pay_out()
    week_ago = timezone.now() - timedelta(days=7, seconds=5)
    CustomerReturn.objects.filter(decision="denied").update(received_at=week_ago)

    home = read_home(now=timezone.now())

    figures = {row.code: (row.today, row.last_week) for row in home.decisions}
    assert figures == {"approved": (2, 0), "denied": (0, 1)}
    assert (home.returns_today, home.returns_last_week) == (2, 1)
    assert [(str(m["kind"]), m["minor"], m["n"]) for m in home.money] == [
        ("Card", 255, 1), ("Cash", 510, 1),
    ]  # fmt: skip
    assert home.sales == (2, 0)
    assert (home.fleet.active, home.fleet.seen) == (1, 1)
    assert sum(bar.approved for bar in home.bars) == 60
    assert "Returns today 2 1 by this time a week ago" in read(it, HOME)


def test_how_well_the_books_know_the_shelves(it: Client, well: Register) -> None:
    assert "Counts that agree No shelf was counted in 30 days." in read(it, HOME)
    well.sell()
    for counted in ("17", "17", "16"):  # -6 were expected, then 17
        well.post("stock/counts", {"sku": "85123A", "counted": counted})

    assert "Counts that agree 33.3 % of 3 shelf counts in 30 days" in read(it, HOME)


@pytest.mark.cooks_the_books
def test_what_is_not_well_is_said_with_a_way_to_mend_it(it: Client, well: Register) -> None:
    sale = well.sell(tenders=[card(1530, ref="sbx_timeout_1")])
    well.take_back(sale, "1")
    well.post("sales", {**sale, "customer": "C-2"})
    pay_out()
    long_ago = timezone.now() - timedelta(days=2)
    Refund.objects.update(next_attempt_at=long_ago)
    Event.objects.update(position=None, recorded_at=long_ago)
    Heartbeat.objects.update(at=long_ago)
    TerminalSeen.objects.update(last_seen_at=long_ago)
    VerifyRun.objects.update(at=long_ago, violations=3)

    text = read(it, HOME)
    home = read_home(now=timezone.now())

    assert "8 things are not well" in text
    for said in (
        "1 refund has no clear answer", "1 refund should have been sent", "events wait for their place",
        "The scheduler was last heard of 2 days ago", "found 3 violations", "last checked 2 days ago",
        "1 sale came in the last 24 hours under the number", "1 active register was not heard of",
        "1 item was first seen on a sale",
    ):  # fmt: skip
        assert said in text, said
    for alert in [*home.alerts, *home.notes]:
        assert it.get(alert.url).status_code == 200, alert.url


def test_unlisted_items_alone_do_not_spoil_the_day(it: Client, well: Register) -> None:
    Item.objects.create(sku="X", unlisted=True)

    text = read(it, HOME)

    assert "All well" in text
    assert "1 item was first seen on a sale" in text


def test_the_page_takes_a_fixed_number_of_statements(it: Client, well: Register) -> None:
    well.take_back(well.sell(), "1")

    with CaptureQueriesContext(connection) as seen:
        read_home(now=timezone.now())

    assert len(seen) <= 12


def test_the_figures_alone_are_there_for_the_refresh(it: Client, well: Register) -> None:
    response = it.get("/admin/figures/")

    assert response.status_code == 200
    assert b"<html" not in response.content
    assert b"All well" in response.content
    assert Client().get("/admin/figures/").status_code == 302


def test_every_role_may_look(manager: Client, auditor: Client, well: Register) -> None:
    for client in (manager, auditor):
        assert "All well" in read(client, HOME)


def test_a_trail_that_is_not_signed_or_sealed_is_said(it: Client, well: Register) -> None:
    three_hours_later = timezone.now() + timedelta(hours=3)

    said = " ".join(alert.text for alert in read_home(now=three_hours_later).alerts)

    assert "The trail was never signed; its oldest entry came 3 h ago." in said
    assert "Trail entries wait to be sealed, the oldest came 3 h ago." in said
