"""What the proxy makes of what it saw: which refusals nobody can explain, and who answered what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from soak.figures import ended_on_the_way
from soak.http1 import Message
from soak.sightings import Exchange, Refusal, Sightings, hash_token


def answered(
    what: str, status: int, body: dict[str, Any], *, at: float = 0, **headers: str
) -> Exchange:
    """An exchange over within a second."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in given.items() if not name.startswith("idempotent")}
    answer = Message(f"HTTP/1.1 {status} X", given, json.dumps(body).encode(), b"")
    return Exchange(Message(f"POST /api/v1/{what} HTTP/1.1", sent, b"", b""), answer, at, at + 1)


def seen(*exchanges: Exchange) -> Sightings:
    sightings = Sightings()
    for exchange in exchanges:
        sightings.note(exchange, lost=False)
    return sightings


def explained(refusals: list[Refusal]) -> list[Refusal]:
    """Those that are explained by token T ending at 103."""
    return ended_on_the_way(refusals, {hash_token("T"): 103.0})


EXPIRED = {"code": "token-expired", "detail": "…"}


@pytest.mark.parametrize(
    ("at", "is_explained"),
    [
        (101.9, False),  # refused before its end: the server's mistake
        (102.1, True),
        (102.9, True),
        (103.1, False),  # sent after its end: the register's mistake
    ],
)
def test_a_token_that_ended_between_sending_and_answer_is_nobodys_mistake(
    at: float, is_explained: bool
) -> None:
    refusals = seen(answered("sales", 401, EXPIRED, at=at, authorization="Bearer T")).refusals
    assert len(refusals) == 1
    assert explained(refusals) == (refusals if is_explained else [])


def test_it_counts_when_the_register_sent_it_not_when_it_came_to_us() -> None:
    late = answered("sales", 401, EXPIRED, at=105, authorization="Bearer T", x_sent_at="102.9")
    assert len(explained(seen(late).refusals)) == 1


def test_no_other_refusal_is_explained_away() -> None:
    sightings = seen(
        answered("sales", 401, {"code": "token-invalid"}, at=102.5, authorization="Bearer T"),
        answered("sales", 403, {"code": "scope-missing"}, at=102.5, authorization="Bearer T"),
        answered("sales", 401, EXPIRED, at=102.5, authorization="Bearer unknown"),
        answered("oauth/token", 401, {"code": "invalid-client"}, at=102.5),
    )
    assert [one.status for one in sightings.refusals] == [401, 403, 401, 401]
    assert explained(sightings.refusals) == []


def test_a_request_is_remembered_with_its_token_and_a_repeated_answer_is_not() -> None:
    sightings = seen(
        answered("returns", 201, {}, idempotency_key="a", authorization="Bearer T"),
        answered("returns", 201, {}, idempotency_key="b", authorization="Bearer T",
                 idempotent_replayed="true"),
        answered("returns", 422, {}, idempotency_key="c", authorization="Bearer T"),
    )  # fmt: skip
    assert sightings.token_of == {"a": hash_token("T")}
