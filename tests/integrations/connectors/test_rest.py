"""A JSON API by settings: what is sent, and what its answer means for each event."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from apps.integrations.gateways.base import Message, Result, Target
from apps.integrations.gateways.rest import Rest
from apps.integrations.policy.answers import Outcome
from tests.integrations.connectors.events import NOW, message, target
from tests.integrations.connectors.far_side import FarSide, Reply

RETURN = {"number": "R-0042-000007", "amount": 2635}
ITEMS = {
    "batch": "items",
    "items": "results",
    "item_id": "key",
    "item_ok": "state == 'taken'",
    "item_retry": "state == 'busy'",
    "item_detail": "why",
}


def one(number: str = "R-0042-000007") -> Message:
    return message(body={**RETURN, "number": number})


def to(far_side: FarSide, timeout: float = 5.0, config: Any = None, **more: Any) -> Target:
    return target({**(config or {}), **more}, url=f"{far_side.url}/api", timeout=timeout)


def deliver(where: Target, *batch: Message) -> Result:
    return Rest().deliver(batch or [one()], where, now=NOW)


def kinds(result: Result) -> list[tuple[str, str]]:
    return [(outcome.kind, outcome.cause) for outcome in result.outcomes]


def test_the_event_goes_where_the_settings_say(far_side: FarSide) -> None:
    where = to(
        far_side, method="PUT", path="/returns/{body.number}?shop={type}", headers={"X-Tenant": "7"}
    )
    event = one("R 1/2")

    result = deliver(where, event)

    [asked] = far_side.asked
    assert result.outcomes == [Outcome("ok")]
    assert (asked.method, asked.path) == ("PUT", "/api/returns/R%201%2F2?shop=return.completed")
    assert asked.json == {"number": "R 1/2", "amount": 2635}
    assert asked.headers["Idempotency-Key"] == str(event.event_id)
    assert (asked.headers["X-Tenant"], asked.headers["Content-Type"]) == ("7", "application/json")


def test_the_preview_is_what_is_sent(far_side: FarSide) -> None:
    where, event = to(far_side, path="/returns"), one()

    preview = Rest().preview([event], where, now=NOW)
    sent = deliver(where, event).call

    [asked] = far_side.asked
    assert (preview.head, preview.body) == (sent.head, sent.body)
    assert preview.body.encode() == asked.body
    assert preview.head["Request"] == f"POST {far_side.url}/api/returns"
    assert preview.head["Idempotency-Key"] == asked.headers["Idempotency-Key"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(status=204), ("ok", "")),
        (Reply(status=422, body={"error": "no such shop"}), ("permanent", "status 422")),
        (Reply(status=503), ("retry", "status 503")),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), ("retry", "status 302")),
        (Reply(status=410), ("gone", "status 410")),
        (Reply(missing=10), ("retry", "broken-off")),
        (Reply(hang=True), ("retry", "timed-out")),
    ],
)
def test_an_answer_decides(far_side: FarSide, reply: Reply, outcome: tuple[str, str]) -> None:
    far_side.answers(reply)

    result = deliver(to(far_side, timeout=0.5))

    assert kinds(result) == [outcome]
    assert len(far_side.asked) == 1


def test_why_it_was_refused_is_kept_for_people(far_side: FarSide) -> None:
    far_side.answers(Reply(status=422, body={"error": "no such shop"}))

    result = deliver(to(far_side))

    assert result.outcomes[0].detail == '{"error": "no such shop"}'
    assert (result.call.status, result.call.answer) == (422, '{"error": "no such shop"}')


def test_retry_after_is_passed_on(far_side: FarSide) -> None:
    far_side.answers(Reply(status=429, headers={"Retry-After": "120"}))

    wait = deliver(to(far_side)).outcomes[0].retry_after

    assert wait is not None
    assert wait.total_seconds() == 120


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"ok": True, "n": 0}, ("ok", "")),
        ({"ok": False}, ("permanent", "answer says no")),
        ({}, ("permanent", "answer says no")),
        (b"<html>", ("retry", "answer unreadable")),
    ],
)
def test_a_yes_has_to_be_one(far_side: FarSide, body: Any, outcome: tuple[str, str]) -> None:
    far_side.answers(Reply(body))

    assert kinds(deliver(to(far_side, success="ok"))) == [outcome]


def test_a_batch_as_a_list(far_side: FarSide) -> None:
    batch = [one("A"), one("B")]

    result = deliver(to(far_side, batch="list"), *batch)
    again = deliver(to(far_side, batch="list"), *batch)

    first, second = far_side.asked
    assert [body["number"] for body in first.json] == ["A", "B"]
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert len(first.headers["Idempotency-Key"]) == 64
    assert kinds(result) == kinds(again) == [("ok", ""), ("ok", "")]


def test_each_item_has_its_own_outcome(far_side: FarSide) -> None:
    taken, refused, busy, lost = batch = [one(str(n)) for n in range(4)]
    results = [
        {"key": str(refused.event_id), "state": "no", "why": {"field": "shop"}},
        {"key": str(busy.event_id), "state": "busy"},
        {"key": str(taken.event_id), "state": "taken"},
    ]
    far_side.answers(Reply({"results": results}, status=207))

    result = deliver(to(far_side, config=ITEMS), *batch)

    assert lost in batch
    assert [body["number"] for body in far_side.asked[0].json["items"]] == ["0", "1", "2", "3"]
    assert kinds(result) == [
        ("ok", ""), ("permanent", "item refused"), ("retry", "item refused"), ("retry", "not in the answer"),
    ]  # fmt: skip
    assert result.outcomes[1].detail == '{"field": "shop"}'


@pytest.mark.parametrize(
    ("body", "cause"),
    [({"results": None}, "answer without items"), ({"results": [{}]}, "other number of items")],
)
def test_items_in_order_are_as_many_as_were_sent(far_side: FarSide, body: Any, cause: str) -> None:
    far_side.answers(Reply(body))

    result = deliver(to(far_side, batch="items", items="results"), one("A"), one("B"))

    assert kinds(result) == [("retry", cause)] * 2


@pytest.mark.parametrize("why", ["nul \x00.", "half \ud800."])
def test_what_no_database_keeps_is_left_out(far_side: FarSide, why: str) -> None:
    far_side.answers(Reply({"results": [{"state": "no", "why": why}]}))
    config = {name: value for name, value in ITEMS.items() if name != "item_id"}

    [outcome] = deliver(to(far_side, config=config)).outcomes

    assert outcome.detail in ("nul .", "half ?.")


@pytest.mark.parametrize("number", [None, "", "..", ".", {"a": 1}, True])
def test_a_path_without_its_part_is_not_asked_for(far_side: FarSide, number: Any) -> None:
    event = message(body={"number": number})

    result = deliver(to(far_side, path="/returns/{body.number}"), event)

    assert kinds(result) == [("permanent", "path")]
    assert far_side.asked == []


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = target({}, url=f"http://127.0.0.1:{taken.getsockname()[1]}/")
        assert kinds(deliver(where)) == [("retry", "not-reached")]


def test_no_address_inside_is_called(far_side: FarSide) -> None:
    outside = Target("ERP", far_side.url, 5.0, loopback=False, permanent_statuses=frozenset())

    assert kinds(deliver(outside)) == [("retry", "not-sent")]
    assert far_side.asked == []


def test_settings_that_cannot_be_read_send_nothing(far_side: FarSide) -> None:
    result = deliver(to(far_side, method="BREW"))

    assert kinds(result) == [("retry", "settings")]
    assert result.call.answer == "“method” has to be one of: POST, PUT, PATCH."
    assert far_side.asked == []


def test_a_card_number_in_an_answer_is_not_kept(far_side: FarSide) -> None:
    far_side.answers(Reply(b"paid with 4111 1111 1111 1111", status=500))

    assert deliver(to(far_side)).call.answer == "paid with [card number removed]"


@pytest.mark.parametrize(("status", "kind"), [(200, "ok"), (401, "retry"), (404, "retry")])
def test_a_test_asks_for_what_the_settings_name(far_side: FarSide, status: int, kind: str) -> None:
    far_side.answers(Reply(status=status))

    result = Rest().test(to(far_side, test_path="/ping"), now=NOW)

    [asked] = far_side.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/api/ping", b"")
    assert result.outcomes[0].kind == kind


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"colour": "red"}, "There is no setting “colour”."),
        ({"path": "returns"}, "“path” cannot be “returns”: a path such as"),
        ({"path": "/returns/{a b}"}, "“{a b}” in the path is not an expression."),
        ({"success": "ok ="}, "“success” is not an expression"),
        ({"headers": {"Host": "x"}}, "The header “Host” is not set here."),
        ({"headers": {"X": "a\r\nb"}}, "“X” cannot be sent as a header."),
        ({"batch": "list", "path": "/{id}"}, "a batch has many"),
        ({"items": "results"}, "“items” is for batches"),
        ({"auth": {"kind": "magic"}}, "auth: “kind” has to be one of"),
        ({"auth": {"kind": "oauth"}}, "auth: “token_url” is missing."),
        ({"auth": {"token_url": "ftp://x"}}, "auth: “token_url” has to be an address"),
        ({"auth": []}, "“auth” has to be an object."),
    ],
)
def test_what_is_wrong_with_settings_is_said(config: dict[str, Any], said: str) -> None:
    [sentence] = Rest().check(config)

    assert said in sentence


def test_settings_that_are_right() -> None:
    assert Rest().check({}) == []
    assert Rest().check({**ITEMS, "auth": {"kind": "basic"}}) == []
    assert (Rest().carries_many({}), Rest().carries_many(ITEMS)) == (False, True)


def test_a_body_of_any_shape_is_json(far_side: FarSide) -> None:
    deliver(to(far_side), message(body=[{"ä": None}]))

    assert (
        far_side.asked[0].body
        == json.dumps([{"ä": None}], ensure_ascii=False, separators=(",", ":")).encode()
    )
