"""The proxy loses exactly the answers it should, after the server gave them; all else passes."""

from __future__ import annotations

import http.client
import socket
from random import Random

import pytest

from soak.http1 import Message
from soak.proxy import proxying, some_lost
from soak.sightings import Exchange, Sightings
from tests.soak.conftest import ENROL, KEYS, RETURNS, TOKEN, Answering, Line, Loser


def exchange(path: str, status: int = 200, method: str = "POST") -> Exchange:
    request = Message(f"{method} {path} HTTP/1.1", {}, b"", b"")
    return Exchange(request, Message(f"HTTP/1.1 {status} X", {}, b"{}", b""), 0, 0)


def test_everything_passes_byte_for_byte_over_one_connection(
    line: Line, answering: Answering, sightings: Sightings
) -> None:
    answering.headers["X-Other"] = "kept"
    for body in (b"{}", b"x" * 200_000, b"\x00\xff"):
        status, told, headers = line.post(RETURNS, body)
        assert (status, told) == (200, b'{"access_token": "t", "expires_in": 3}')
        assert headers["x-other"] == "kept"
    assert [body for _, body in answering.asked] == [b"{}", b"x" * 200_000, b"\x00\xff"]
    assert sightings.answers == {("POST returns", 200): 3}
    assert sightings.lost.total() == 0


def test_a_lost_answer_was_given_and_closes_the_connection(
    line: Line, answering: Answering, sightings: Sightings, loser: Loser
) -> None:
    loser.loses = True
    with pytest.raises(http.client.RemoteDisconnected):
        line.post(TOKEN)
    assert answering.asked == [(TOKEN, b"{}")]
    assert sightings.lost == {"POST token": 1}

    loser.loses = False
    line.close()
    assert line.post(TOKEN)[0] == 200
    assert sightings.answers == {("POST token", 200): 2}


@pytest.mark.parametrize("path", [TOKEN, KEYS, ENROL])
def test_of_tokens_and_keys_the_share_is_lost_that_was_asked_for(path: str) -> None:
    loses = some_lost(Random(1), 0.2)
    lost = [loses(exchange(path)) for _ in range(10_000)]
    assert 1_850 < sum(lost) < 2_150
    again = some_lost(Random(1), 0.2)
    assert [again(exchange(path)) for _ in range(10_000)] == lost


@pytest.mark.parametrize(
    "other",
    [
        exchange(RETURNS),
        exchange("/api/v1/sales"),
        exchange("/api/v1/terminals/self/heartbeat"),
        exchange(f"{RETURNS}/0190-1/complete"),
        exchange(KEYS, method="GET"),
        exchange(TOKEN, status=401),
        exchange(KEYS, status=409),
        Exchange(exchange(TOKEN).request, None, 0, 0),
    ],
)
def test_nothing_else_is_ever_lost(other: Exchange) -> None:
    assert not some_lost(Random(1), 1.0)(other)


def test_a_server_that_hangs_up_is_passed_on(
    line: Line, answering: Answering, sightings: Sightings
) -> None:
    answering.hangs_up = True
    with pytest.raises(http.client.RemoteDisconnected):
        line.post(RETURNS)
    assert sightings.answers == {("POST returns", 0): 1}
    assert sightings.lost.total() == 0


def test_a_server_that_is_not_there_is_passed_on(sightings: Sightings, loser: Loser) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = taken.getsockname()[1]
        with proxying(f"http://127.0.0.1:{port}", sightings, loser) as url:
            line = Line(url)
            with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
                line.post(TOKEN)
            line.close()
    assert sightings.unreachable == 1
    assert sightings.answers == {}
