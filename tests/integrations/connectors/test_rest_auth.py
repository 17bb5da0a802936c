"""Saying who we are: what is sent, what is remembered, and that none of it is written down."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from apps.integrations.gateways.base import Result, Target
from apps.integrations.gateways.calling import Clock
from apps.integrations.gateways.rest import Rest
from apps.integrations.gateways.tokens import Tokens
from apps.integrations.policy.rest import AuthSettings
from tests.integrations.connectors.events import NOW, message, target
from tests.integrations.connectors.far_side import Asked, FarSide, Reply

CLIENT = {"client_id": "till", "client_secret": "s3cret/of the till"}


class Login:
    """An OAuth server and the API behind it, which takes the newest token only."""

    def __init__(self, life: Any = 3600) -> None:
        self.life, self.given = life, 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            self.given += 1
            return Reply({"access_token": f"token-{self.given}-xyz", "expires_in": self.life})
        good = asked.headers.get("Authorization") == f"Bearer token-{self.given}-xyz"
        return Reply(status=200 if good else 401)


def oauth(far_side: FarSide, **auth: Any) -> Target:
    auth = {"kind": "oauth", "token_url": f"{far_side.url}/token", **auth}
    return target({"auth": auth}, url=f"{far_side.url}/api", credentials=CLIENT)


def deliver(rest: Rest, where: Target) -> Result:
    return rest.deliver([message(body={"n": 1})], where, now=NOW)


def paths(far_side: FarSide) -> list[str]:
    return [asked.path for asked in far_side.asked]


@pytest.mark.parametrize(
    ("auth", "credentials", "header", "value"),
    [
        ({"kind": "api_key"}, {"api_key": "k-123456"}, "X-API-Key", "k-123456"),
        ({"kind": "api_key", "header": "X-Key"}, {"api_key": "k-123456"}, "X-Key", "k-123456"),
        ({"kind": "bearer"}, {"token": "t-123456"}, "Authorization", "Bearer t-123456"),
        (
            {"kind": "basic"}, {"username": "till", "password": "pässword"},
            "Authorization", "Basic " + base64.b64encode("till:pässword".encode()).decode(),
        ),
    ],
)  # fmt: skip
def test_what_proves_who_we_are_is_sent_and_not_written_down(
    far_side: FarSide, auth: Any, credentials: dict[str, str], header: str, value: str
) -> None:
    far_side.answer = lambda asked: Reply(str(asked.headers).encode(), status=500)
    where = target({"auth": auth}, url=far_side.url, credentials=credentials)

    result = deliver(Rest(), where)

    assert far_side.asked[0].headers[header] == value
    secret = value.split()[-1]
    assert secret not in str(result)  # not even when the far side says it aloud
    assert "[secret removed]" in result.call.answer
    assert secret not in str(Rest().preview([message()], where, now=NOW))
    assert secret not in repr(where)


@pytest.mark.parametrize("kind", ["api_key", "basic", "bearer", "oauth"])
def test_without_credentials_nothing_is_sent(far_side: FarSide, kind: str) -> None:
    auth = {"kind": kind, "token_url": f"{far_side.url}/token"}

    [outcome] = deliver(Rest(), target({"auth": auth}, url=far_side.url)).outcomes

    assert (outcome.kind, outcome.cause) == ("retry", "credentials")
    assert far_side.asked == []


def test_one_token_serves_many_calls(far_side: FarSide) -> None:
    far_side.answer, rest, where = Login(), Rest(), oauth(far_side, scope="returns", audience="erp")

    results = [deliver(rest, where) for _ in range(3)]

    assert all(result.outcomes[0].ok for result in results)
    assert paths(far_side) == ["/token", "/api", "/api", "/api"]
    asked = far_side.asked[0]
    assert asked.form == {"grant_type": "client_credentials", "scope": "returns", "audience": "erp"}
    named = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
    assert named == "till:s3cret%2Fof%20the%20till"
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "xyz" not in str(results)


def test_the_client_may_be_named_in_the_body(far_side: FarSide) -> None:
    far_side.answer = Login()

    deliver(Rest(), oauth(far_side, client_in_body=True))

    assert far_side.asked[0].form == {"grant_type": "client_credentials", **CLIENT}
    assert "Authorization" not in far_side.asked[0].headers


def test_a_token_that_is_refused_is_fetched_anew_once(far_side: FarSide) -> None:
    login = far_side.answer = Login()
    rest, where = Rest(), oauth(far_side)
    deliver(rest, where)
    login.given += 1  # the one we have is revoked there

    result = deliver(rest, where)

    assert result.outcomes[0].ok
    assert paths(far_side) == ["/token", "/api", "/api", "/token", "/api"]


def test_a_401_that_stays_is_not_asked_about_for_ever(far_side: FarSide) -> None:
    login = Login()
    far_side.answer = lambda asked: login(asked) if asked.path == "/token" else Reply(status=401)

    [outcome] = deliver(Rest(), oauth(far_side)).outcomes

    assert (outcome.kind, outcome.cause) == ("retry", "status 401")
    assert paths(far_side) == ["/token", "/api", "/token", "/api"]


@pytest.mark.parametrize(
    ("reply", "cause", "detail"),
    [
        (
            Reply({"error": "invalid_client", "hint": CLIENT}, 401),
            "token status 401",
            "invalid_client",
        ),
        (Reply({"token": "x"}), "token status 200", ""),
        (Reply(b"<html>"), "token status 200", ""),
        (Reply(status=503), "token status 503", ""),
        (Reply(missing=5), "token broken-off", ""),
    ],
)
def test_no_token_no_call(far_side: FarSide, reply: Reply, cause: str, detail: str) -> None:
    far_side.answers(reply)

    result = deliver(Rest(), oauth(far_side))

    assert (result.outcomes[0].kind, result.outcomes[0].cause) == ("retry", cause)
    assert result.outcomes[0].detail == detail
    assert paths(far_side) == ["/token"]
    assert CLIENT["client_secret"] not in str(result)


@pytest.mark.parametrize(("life", "good_for"), [(3600, 3570), (60, 30), (20, 10), (None, 270)])
def test_a_token_is_not_used_up_to_its_very_end(
    far_side: FarSide, life: Any, good_for: float
) -> None:
    far_side.answer, seconds = Login(life), [1000.0]
    tokens = Tokens(lambda: seconds[0])
    auth, where = AuthSettings("oauth", token_url=f"{far_side.url}/token"), oauth(far_side)

    def token() -> str:
        return tokens.get(auth, where, Clock(5))

    assert token() == "token-1-xyz"
    seconds[0] += good_for - 1
    assert token() == "token-1-xyz"
    seconds[0] += 1
    assert token() == "token-2-xyz"


def test_another_secret_is_another_token(far_side: FarSide) -> None:
    far_side.answer, rest = Login(), Rest()
    deliver(rest, oauth(far_side))
    rotated = oauth(far_side)
    other = {**CLIENT, "client_secret": "new one"}
    rotated = target(dict(rotated.config), url=rotated.url, credentials=other)

    deliver(rest, rotated)

    assert paths(far_side) == ["/token", "/api", "/token", "/api"]
