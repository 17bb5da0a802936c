"""From the register to the far side: returns, refunds and voids, through the engine."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.events.services import place_events
from apps.integrations.models import Attempt, Call, Delivery, Destination, Mapping
from apps.integrations.selectors import glances
from apps.integrations.services import (
    add_destination,
    change_destination,
    deliver_due,
    fan_out,
    replay,
)
from apps.integrations.services.mappings import publish_draft, save_draft
from apps.integrations.states import DestinationKind
from tests.integrations.connectors.far_side import FarSide, Reply
from tests.integrations.connectors.test_journal import bean_check
from tests.integrations.connectors.tryton_promises import ACCOUNTS, Books, RunningTryton
from tests.integrations.connectors.tryton_stand_in import COMPANY, KEY, StandIn
from tests.world import SETUP, Register, card, exchange_line, pay_out

ROWS = {
    "=each": "data.lines",
    "=do": {"number": "=event.data.number", "sku": "=sku", "amount": "=refund"},
}


def destination(
    kind: DestinationKind, config: Any, *, url: str = "", **settings: Any
) -> Destination:
    credentials = settings.pop("credentials", None)
    made, _ = add_destination(name="ERP", kind=kind, url=url, actor=SETUP, now=timezone.now())
    changed = change_destination(
        made,
        {"config": config, **settings},
        credentials=credentials,
        actor=SETUP,
        now=timezone.now(),
    )
    place_events()
    fan_out(now=timezone.now())  # what happened before is not sent
    return changed


def mapping(template: Any) -> Mapping:
    made = Mapping.objects.create(name="Rows")
    save_draft(made, template, actor=SETUP, now=timezone.now())
    publish_draft(made, actor=SETUP, now=timezone.now())
    return made


def send(to: Destination) -> list[str]:
    """Deliver all there is; the states of the deliveries."""
    place_events()
    fan_out(now=timezone.now())
    deliver_due(to.pk, 1, clock=timezone.now)
    return list(Delivery.objects.order_by("position").values_list("status", flat=True))


def a_day(register: Register) -> None:
    """Two returns by cash and card, an exchange with money on top, and a return that is undone."""
    register.count_stock("RED", "10")
    paid_by_card = register.sell(tenders=[card(1530)])
    register.take_back(register.sell(), "2")
    register.take_back(paid_by_card)
    pay_out()
    register.take_back(register.sell(), "2", exchange=[exchange_line("RED", "2", 300)])
    register.void(register.take_back(register.sell(tenders=[card(1530)])).json())


def test_a_day_in_the_books(register: Register, drops: Path) -> None:
    books = destination(
        DestinationKind.JOURNAL, {"folder": "books"}, event_types=["return.*", "refund.*"]
    )
    a_day(register)

    assert set(send(books)) == {"delivered"}
    assert glances([books.pk], now=timezone.now())[books.pk].failed == 0

    [file] = (drops / "books" / "entries").iterdir()
    text = file.read_text()
    assert bean_check(drops) == (0, "")
    assert text.count("event:") == 4 + 1 + 2  # returns, the void, refunds
    assert _balance(text, "Liabilities:Refunds-Owed") == 0  # all money is back
    assert _balance(text, "Assets:Cash:0042") == -510
    assert _balance(text, "Assets:Clearing:Card") == -255
    assert _balance(text, "Assets:Receivable:Exchanges") == 90


def _balance(text: str, account: str) -> int:
    amounts = [line.split()[1] for line in text.splitlines() if line.split()[:1] == [account]]
    return sum(int(amount.replace(".", "")) for amount in amounts)


def test_all_of_it_again_changes_no_book(register: Register, drops: Path) -> None:
    books = destination(
        DestinationKind.JOURNAL, {"folder": "books"}, event_types=["return.*", "refund.*"]
    )
    a_day(register)
    send(books)
    [file] = (drops / "books" / "entries").iterdir()
    before = file.read_bytes()

    for delivery in Delivery.objects.all():
        replay(delivery, actor=SETUP, now=timezone.now())

    assert set(send(books)) == {"delivered"}
    assert file.read_bytes() == before


def test_a_run_is_one_file_with_a_line_for_each_line(register: Register, drops: Path) -> None:
    config = {"folder": "erp", "columns": ["number", "sku", "amount"]}
    where = destination(
        DestinationKind.FILE, config, event_types=["return.completed"], mapping=mapping(ROWS)
    )
    first = register.take_back(register.sell()).json()
    second = register.take_back(register.sell(), "3").json()

    assert send(where) == ["delivered", "delivered"]

    [file] = [path for path in (drops / "erp").iterdir() if path.suffix == ".csv"]
    rows = list(csv.reader(file.read_text().splitlines()))
    assert rows == [
        ["number", "sku", "amount"],
        [first["number"], "85123A", "255"],
        [second["number"], "85123A", "765"],
    ]
    assert (Call.objects.count(), Attempt.objects.count()) == (1, 2)


def test_a_batch_of_which_one_is_refused(register: Register, far_side: FarSide) -> None:
    config = {"batch": "items", "items": "@", "item_ok": "ok", "item_detail": "why"}
    api = destination(
        DestinationKind.REST, config, url=far_side.url, event_types=["return.completed"]
    )
    register.take_back(register.sell())
    register.take_back(register.sell())
    far_side.answers(Reply([{"ok": True}, {"ok": False, "why": "no such shop"}]))

    assert send(api) == ["delivered", "pending"]

    waiting = Delivery.objects.get(status="pending")
    assert (waiting.cause, waiting.detail) == ("item refused", "no such shop")
    assert [body["type"] for body in far_side.asked[0].json["items"]] == ["return.completed"] * 2


@pytest.mark.parametrize(("batch", "calls"), [("one", 2), ("list", 1)])
def test_one_by_one_or_together(
    register: Register, far_side: FarSide, batch: str, calls: int
) -> None:
    api = destination(
        DestinationKind.REST, {"batch": batch}, url=far_side.url, event_types=["return.completed"]
    )
    register.take_back(register.sell())
    register.take_back(register.sell())

    assert send(api) == ["delivered", "delivered"]
    assert (len(far_side.asked), Call.objects.count()) == (calls, calls)


def test_returns_arrive_in_the_erp(register: Register, far_side: FarSide) -> None:
    erp = far_side.answer = StandIn()
    erp.records["product.product"][3] = {"code": "85123A", "default_uom": 1}
    accounts = {**ACCOUNTS, "due": "6.1.1", "exchange": "6.1.1"}
    where = destination(
        DestinationKind.TRYTON, {"company": COMPANY, "customer": "POS", "accounts": accounts},
        url=f"{far_side.url}/tryton", credentials={"key": KEY},
        event_types=["return.*", "refund.*"], ordered=True,
    )  # fmt: skip
    register.count_stock("RED", "10")
    a_day(register)

    assert set(send(where)) == {"delivered"}

    books = Books(RunningTryton(f"{far_side.url}/tryton", COMPANY, KEY))
    # Of several returns, in any order.
    states = sorted(one["state"] for one in books.shipments("%"))
    assert states == ["cancelled", "done", "done", "done"]
    assert {move["state"] for move in books.moves("%")} == {"posted"}
    assert KEY not in str(list(Call.objects.values()))
