"""A proof is used once, and a clock that is wrong is put right by itself."""

from __future__ import annotations

import pytest

from client import ProblemError, ReturnsClient
from client.identity import Identity
from client.keyring import KeyringFile
from tests.client.desk import Desk
from tests.client.stand_in import Fault, Shop


def requests_for_tokens(shop: Shop) -> int:
    return sum(path.endswith("/token") for _, path, _ in shop.requests)


@pytest.mark.parametrize("status", [None, 503])
def test_every_attempt_has_a_proof_of_its_own(
    till: ReturnsClient, desk: Desk, shop: Shop, status: int | None
) -> None:
    shop.faults.extend([Fault("/token", status, after=True)] * 3)
    assert till.whoami()["number"] == "01"
    assert len(set(desk.used_ids)) == len(desk.used_ids) == 4


@pytest.mark.parametrize("ahead", [-86_400.0, -30.0, 3600.0])
def test_a_wrong_clock_costs_one_request_and_is_remembered(
    till: ReturnsClient, desk: Desk, shop: Shop, ahead: float
) -> None:
    desk.ahead = ahead
    till.whoami()
    assert requests_for_tokens(shop) == 2
    shop.faults.append(Fault("/self", 401, "token-expired"))
    till.whoami()
    assert requests_for_tokens(shop) == 3


def test_a_clock_that_cannot_be_put_right_is_an_error(till: ReturnsClient, shop: Shop) -> None:
    shop.faults.extend([Fault("/token", 401, "assertion-clock")] * 2)
    with pytest.raises(ProblemError, match="assertion-clock"):
        till.whoami()
    assert requests_for_tokens(shop) == 2


def test_a_register_that_is_refused_asks_once(till: ReturnsClient, desk: Desk, shop: Shop) -> None:
    desk.held["7001-01"][0].status = "revoked"
    with pytest.raises(ProblemError, match="invalid-client"):
        till.whoami()
    assert requests_for_tokens(shop) == 1


def test_a_server_set_back_to_an_older_state_knows_the_key_before(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    old = keyring.read().current
    till.rotate()
    desk.held["7001-01"].pop()
    desk.held["7001-01"][0].status = "active"
    desk.tokens.clear()
    assert till.whoami()["number"] == "01"
    # The key it had forgotten was offered again, and is in use.
    known = keyring.read()
    assert known.previous == old
    assert known.pending is None
    assert desk.statuses("7001-01") == ["retiring", "active"]


def test_assertions_go_to_the_server_by_its_own_name_unless_it_has_moved() -> None:
    known = Identity("http://10.0.0.7", token_url="https://returns.example/api/v1/oauth/token")
    assert known.audience_at("http://10.0.0.7") == "https://returns.example/api/v1/oauth/token"
    assert known.audience_at("http://10.0.0.8") == "http://10.0.0.8/api/v1/oauth/token"
