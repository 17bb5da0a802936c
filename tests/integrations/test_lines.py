"""Connections to a webhook are kept between calls, judged when they are opened, and never trusted."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.integrations.commands import Answer, Target
from apps.integrations.gateways import lines, outside
from tests.integrations.conftest import Names
from tests.integrations.receiver import Handler, Manners, Receiver
from tests.integrations.test_sending import certificate_for

KEEPS = {"Content-Length": "2"}


class Keeping(Handler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        hangs_up = self.server.manners.hang_up
        super().do_POST()
        self.close_connection = self.close_connection or hangs_up


@pytest.fixture
def keeper(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that keeps connections, as long as it says how long its answers are."""
    monkeypatch.setattr(lines, "_idle", idle := lines._Idle())
    receiver.RequestHandlerClass = Keeping
    receiver.manners = Manners(headers=KEEPS)
    yield receiver
    for line in idle._lines:
        line.close()


def post(receiver: Receiver, *, host: str = "127.0.0.1", total: float = 5, **more: Any) -> Answer:
    target = Target(False, host, receiver.port, "/hooks")
    return lines.post(target, headers={}, body=b"{}", total=total, **({"loopback": True} | more))


def test_one_connection_carries_many_calls(keeper: Receiver) -> None:
    answers = [post(keeper) for _ in range(5)]

    assert {(one.status, one.body) for one in answers} == {(200, b"ok")}
    assert (len(keeper.received), keeper.connections) == (5, 1)


@pytest.mark.parametrize(
    "manners",
    [
        Manners(headers=KEEPS | {"Connection": "close"}),
        Manners(headers={"Content-Length": "9"}, hang_up=True),
        Manners(status=200, headers={"Content-Length": str(outside.READ_MAX + 2)},
                body=b"x" * (outside.READ_MAX + 2)),
    ],
    ids=["told-so", "hung-up", "not-read-to-its-end"],
)  # fmt: skip
def test_a_line_that_cannot_be_used_again_is_not_kept(keeper: Receiver, manners: Manners) -> None:
    keeper.manners = manners

    post(keeper)
    post(keeper)

    assert keeper.connections == 2


def test_one_that_the_receiver_hangs_up_on_is_replaced_once(keeper: Receiver) -> None:
    post(keeper)
    keeper.manners = Manners(hang_up=True)

    assert post(keeper).problem == "broken-off"
    assert (len(keeper.received), keeper.connections) == (3, 2)


@pytest.mark.parametrize("limit", ["KEPT_S", "IDLE_S"])
def test_none_is_kept_for_long(
    keeper: Receiver, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    post(keeper)
    monkeypatch.setattr(lines, limit, -1)
    post(keeper)

    assert keeper.connections == 2


def test_the_time_for_a_call_ends_it_on_a_kept_line_too(keeper: Receiver) -> None:
    post(keeper)
    keeper.manners = Manners(headers={"Content-Length": "1000"}, trickle=True)

    assert post(keeper, total=0.2).problem == "timed-out"
    assert keeper.connections == 1


def test_where_it_leads_is_judged_when_it_is_opened_and_for_whom(
    keeper: Receiver, names: Names
) -> None:
    asked = names("hook.example", ["127.0.0.1"], ["10.0.0.1"])

    assert [post(keeper, host="hook.example").problem for _ in range(3)] == ["", "", ""]
    assert asked == ["hook.example"]
    assert post(keeper, host="hook.example", loopback=False).problem == "not-public"
    assert keeper.connections == 1


def test_tls_asks_for_the_name_and_the_line_is_kept(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate_for("hook.example", tmp_path)
    names("hook.example", ["127.0.0.1"])
    names("other.example", ["127.0.0.1"])
    monkeypatch.setattr(lines, "_idle", idle := lines._Idle())
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)

    def post_to(name: str) -> Answer:
        target = Target(True, name, receiver.port, "/")
        return lines.post(target, headers={}, body=b"{}", total=5, loopback=True)

    with Receiver(tls=serving) as receiver:
        receiver.RequestHandlerClass = Keeping
        receiver.manners = Manners(headers=KEEPS)
        unknown = post_to("hook.example")
        trusting = ssl.create_default_context(cafile=str(file))
        monkeypatch.setattr(outside, "tls_context", lambda: trusting)
        tried = receiver.connections
        known = [post_to("hook.example").status for _ in range(3)]
        other = post_to("other.example")
        for line in idle._lines:
            line.close()

    assert (unknown.problem, known, other.problem) == ("no-trust", [200] * 3, "no-trust")
    assert receiver.connections == tried + 2
    assert {one.headers["Host"] for one in receiver.received} == {f"hook.example:{receiver.port}"}
