"""The Tryton connector, against a stand-in, and where a real one cannot be made to misbehave."""

from __future__ import annotations

from typing import Any

import pytest

from apps.integrations.gateways.base import Target
from apps.integrations.gateways.tryton import Tryton
from apps.integrations.policy.tryton import places_for, the_one
from tests.integrations.connectors.events import message, returned, target
from tests.integrations.connectors.far_side import FarSide, Reply
from tests.integrations.connectors.tryton_promises import (
    ACCOUNTS,
    NOW,
    Promises,
    RunningTryton,
    deliver,
    destination,
)
from tests.integrations.connectors.tryton_stand_in import COMPANY, KEY, StandIn


@pytest.fixture
def tryton(far_side: FarSide) -> RunningTryton:
    far_side.answer = StandIn()
    return RunningTryton(f"{far_side.url}/tryton", COMPANY, KEY)


class TestStandIn(Promises):
    pass


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(status=500), ("retry", "status 500")),
        (Reply(b"<html>"), ("retry", "answer unreadable")),
        (Reply({"no": "list"}), ("retry", "answer unreadable")),
        (Reply(missing=9), ("retry", "broken-off")),
        (Reply(hang=True), ("retry", "timed-out")),
        (
            Reply({"message": "No.", "description": "Ask Ann."}, 400),
            ("permanent", "refused by Tryton"),
        ),
    ],
)
def test_an_answer_decides(
    tryton: RunningTryton, far_side: FarSide, reply: Reply, outcome: tuple[str, str]
) -> None:
    far_side.answers(reply)
    to = destination(tryton)
    short = Target(to.name, to.url, 0.5, True, frozenset(), to.config, to.credentials)

    result = deliver(message(at=NOW), short)

    assert (result.outcomes[0].kind, result.outcomes[0].cause) == outcome
    assert len(far_side.asked) == 1


def test_what_was_refused_is_told_in_full(tryton: RunningTryton, far_side: FarSide) -> None:
    far_side.answers(Reply({"message": "No.", "description": "Ask Ann."}, 400))

    result = deliver(message(at=NOW), destination(tryton))

    assert result.outcomes[0].detail == "No. Ask Ann."
    assert result.call.answer == "GET stock.shipment.out.return: 400 No. Ask Ann."


def test_every_request_names_the_company_and_none_is_logged_with_the_key(
    tryton: RunningTryton, far_side: FarSide
) -> None:
    result = deliver(message(at=NOW), destination(tryton))

    assert {asked.headers["Authorization"] for asked in far_side.asked} == {f"Bearer {KEY}"}
    assert all("X-Tryton-Context" in asked.headers for asked in far_side.asked)
    assert KEY not in str(result)


def test_the_preview_is_what_is_asked_for(tryton: RunningTryton, far_side: FarSide) -> None:
    event, to = message(at=NOW), destination(tryton)

    preview = Tryton().preview([event], to, now=NOW)

    assert far_side.asked == []
    assert preview.body == deliver(event, to).call.body
    assert f'"reference": "R-0042-000007 {event.event_id}"' in preview.body


@pytest.mark.parametrize("type_", ["return.authorized", "sale.recorded", "stock.changed"])
def test_of_other_events_nothing_is_asked(
    tryton: RunningTryton, far_side: FarSide, type_: str
) -> None:
    result = deliver(message(type_, at=NOW), destination(tryton))

    assert (result.outcomes[0].ok, far_side.asked) == (True, [])


def test_goods_only_or_entries_only(tryton: RunningTryton, far_side: FarSide) -> None:
    deliver(message(at=NOW), destination(tryton, moves=False))
    goods = {asked.path.split("/")[4].partition("?")[0] for asked in far_side.asked}
    far_side.asked.clear()
    deliver(message(at=NOW), destination(tryton, shipments=False))
    entries = {asked.path.split("/")[4].partition("?")[0] for asked in far_side.asked}

    assert ("account.move" in goods, "account.move" in entries) == (False, True)
    assert ("stock.shipment.out.return" in goods, "stock.shipment.out.return" in entries) == (
        True,
        False,
    )


def test_without_a_key_nothing_is_asked(tryton: RunningTryton, far_side: FarSide) -> None:
    to = target(dict(destination(tryton).config), url=tryton.url)

    results = [deliver(message(at=NOW), to), Tryton().test(to, now=NOW)]

    assert {result.call.answer for result in results} == {"The credential “key” is missing."}
    assert far_side.asked == []


def test_what_cannot_be_booked_is_not_brought_in_either(
    tryton: RunningTryton, far_side: FarSide
) -> None:
    [outcome] = deliver(
        message(data=returned(refund_total=1), at=NOW), destination(tryton)
    ).outcomes

    assert (outcome.kind, outcome.cause) == ("permanent", "not bookable")
    assert far_side.asked == []


def test_an_account_that_the_settings_lack(tryton: RunningTryton, far_side: FarSide) -> None:
    data = returned(refund_total=0, exchange_total=2635)

    result = deliver(message(data=data, at=NOW), destination(tryton))

    assert (result.outcomes[0].kind, result.call.answer) == ("retry", "no account for “exchange”")
    assert far_side.asked == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"company": None}, "“company” is missing"),
        ({"customer": None}, "“customer” is missing"),
        ({"accounts": {**ACCOUNTS, "tax": ""}}, "“accounts” names no account for “tax”."),
        ({"timezone": "Mars"}, "“Mars” is no time zone."),
        ({"colour": "red"}, "There is no setting “colour”."),
    ],
)
def test_what_is_wrong_with_settings_is_said(changes: dict[str, Any], said: str) -> None:
    config = {"company": 1, "customer": "POS", "accounts": ACCOUNTS, **changes}

    [sentence] = Tryton().check(config)

    assert said in sentence


@pytest.mark.parametrize(
    ("states", "kept", "doubles"),
    [
        (["draft"], 1, []),
        (["draft", "draft", "draft"], 1, [2, 3]),
        (["draft", "received"], 2, [1]),
        (["received", "done", "draft"], 2, [3]),
        (["cancelled", "draft"], 2, []),
        (["cancelled"], 1, []),
    ],
)
def test_of_several_the_furthest_counts(states: list[str], kept: int, doubles: list[int]) -> None:
    found = [{"id": n, "state": state} for n, state in enumerate(states, start=1)]

    one, others = the_one(found)

    assert one is not None
    assert (one["id"], others) == (kept, doubles)


def test_places_are_given_by_product_and_quantity() -> None:
    moves = [
        {"id": 3, "product": 1, "quantity": 2.0},
        {"id": 1, "product": 1, "quantity": 1.0},
        {"id": 2, "product": 1, "quantity": 1.0},
    ]
    wanted = [(1, 2, "damaged"), (1, 1, "return_to_stock"), (1, 1, "repair")]

    assert places_for(moves, wanted) == {1: "return_to_stock", 2: "repair", 3: "damaged"}  # type: ignore[arg-type]
