"""A register that does everything right is not refused, whatever the line and the server do."""

from __future__ import annotations

import time

import pytest

from client import RetryPolicy, ReturnsClient, Transport, UnreachableError
from client.keyring import KeyringFile
from client.tokens import Grant, TokenKeeper
from tests.client.desk import Desk
from tests.client.stand_in import Fault, Shop


def again(keyring: KeyringFile, transport: Transport) -> ReturnsClient:
    """The same register, after a restart."""
    return ReturnsClient.from_keyring(keyring.path, transport=transport)


@pytest.mark.parametrize(
    ("place", "acted"), [("/keys", False), ("/keys", True), ("/token", False), ("/token", True)]
)
def test_a_rotation_that_was_cut_off_is_gone_on_with_without_a_refusal(
    till: ReturnsClient,
    desk: Desk,
    shop: Shop,
    keyring: KeyringFile,
    transport: Transport,
    place: str,
    acted: bool,
) -> None:
    till.whoami()
    shop.faults.extend([Fault(place, None, after=acted)] * 4)
    with pytest.raises(UnreachableError):
        till.rotate()
    again(keyring, transport).whoami()
    asked = sum(path.endswith("/token") for _, path, _ in shop.requests)
    never_seen = 4 if place == "/token" and not acted else 0
    assert asked == desk.granted + never_seen
    assert desk.statuses("7001-01") == ["retiring", "active"]
    assert not keyring.read().pending_taken


def test_while_another_rotates_a_key_that_the_server_has_taken_is_used(
    till: ReturnsClient, desk: Desk, shop: Shop, keyring: KeyringFile, transport: Transport
) -> None:
    till.whoami()
    shop.faults.extend([Fault("/token", None, after=True)] * 4)
    with pytest.raises(UnreachableError):
        till.rotate()
    desk.held["7001-01"][0].status = "revoked"
    before = keyring.read()
    with keyring.alone() as mine:
        assert mine
        assert again(keyring, transport).whoami()["number"] == "01"
    assert keyring.read() == before


def test_what_is_sent_again_goes_out_with_a_token_that_is_good_by_then(
    till: ReturnsClient, desk: Desk, shop: Shop, keyring: KeyringFile
) -> None:
    desk.lifetime = 0.03
    slow = Transport(desk.base_url, RetryPolicy(attempts=2, first_wait=0.05))
    shop.faults.append(Fault("/self", 503, "service-unavailable"))
    assert again(keyring, slow).whoami()["number"] == "01"
    assert desk.granted == 2
    slow.close()


def test_between_two_attempts_another_process_may_have_rotated(
    till: ReturnsClient,
    desk: Desk,
    shop: Shop,
    keyring: KeyringFile,
    transport: Transport,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Transport(desk.base_url)

    def wait(_: float) -> bool:
        again(keyring, other).rotate()
        desk.held["7001-01"][0].status = "revoked"
        return False

    monkeypatch.setattr(transport._impatient, "wait", wait)
    shop.faults.append(Fault("/token", None))
    assert till.whoami()["number"] == "01"
    assert desk.statuses("7001-01") == ["revoked", "active"]
    assert desk.granted == sum(path.endswith("/token") for _, path, _ in shop.requests) - 1
    other.close()


def test_an_early_renewal_that_fails_keeps_nobody_waiting(
    till: ReturnsClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.whoami()
    monkeypatch.setattr(till._line._tokens, "_clock", lambda: time.monotonic() + 700)
    shop.faults.append(Fault("/token", 503, "service-unavailable", {"Retry-After": "3600"}))
    assert till.whoami()["number"] == "01"
    assert [path for _, path, _ in shop.requests][-2:] == [
        "/api/v1/oauth/token", "/api/v1/terminals/self",
    ]  # fmt: skip


def test_a_token_for_others_is_waited_for(till: ReturnsClient, shop: Shop) -> None:
    shop.faults.extend([Fault("/token", None), Fault("/token", 503, "service-unavailable")])
    assert till.access_token() == "token-1"


def test_a_token_is_not_used_in_its_last_moments() -> None:
    now = [0.0]
    granted: list[str] = []

    def fetch() -> Grant:
        granted.append(f"token-{len(granted) + 1}")
        return Grant(granted[-1], 900.0)

    keeper = TokenKeeper(fetch, clock=lambda: now[0], dice=lambda: 0.0)
    keeper.put(Grant("elsewhere", 900.0), asked_at=0.0)
    now[0] = 599.0
    assert keeper.current() == "elsewhere"
    keeper.put(Grant("elsewhere", 900.0), asked_at=-211.0)
    assert keeper.current() == "token-1"


def test_an_early_renewal_that_took_too_long_gives_no_token_that_is_over() -> None:
    now = [0.0]

    def fetch() -> Grant:
        if now[0]:
            now[0] += 300
            raise UnreachableError("away")
        return Grant("token-1", 900.0)

    keeper = TokenKeeper(fetch, clock=lambda: now[0], dice=lambda: 0.0)
    assert keeper.current() == "token-1"
    now[0] = 650.0
    with pytest.raises(UnreachableError):
        keeper.current()
