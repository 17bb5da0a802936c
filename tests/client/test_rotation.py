"""A new key at any time, and no moment in which the register has none that works."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from client import KeyringError, ProblemError, ReturnsClient, Transport, UnreachableError, enrol
from client.identity import Identity
from client.keyring import KeyringFile
from client.keys import Kind, SigningKey
from tests.client.desk import Desk
from tests.client.stand_in import Fault, Shop

SOON = "2026-11-21T23:00:00Z"
EXPIRED = Fault("/self", 401, "token-expired")


def kid(identity: Identity) -> str | None:
    return identity.current.kid if identity.current else None


def again(keyring: KeyringFile, transport: Transport) -> ReturnsClient:
    """The same register, after a restart."""
    return ReturnsClient.from_keyring(keyring.path, transport=transport)


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "client")
    return caplog


def test_the_new_key_takes_over_and_the_old_one_is_kept(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    before = keyring.read()
    assert till.rotate() == kid(keyring.read()) != kid(before)
    assert keyring.read().previous == before.current
    assert desk.statuses("7001-01") == ["retiring", "active"]
    assert till.whoami()["number"] == "01"


@pytest.mark.parametrize("kind", ["P-256", "secret"])
def test_it_stays_with_its_kind(
    desk: Desk, keyring: KeyringFile, transport: Transport, kind: Kind
) -> None:
    enrol(transport.base_url, "CODEONE", keyring.path, kind=kind, transport=transport)
    before = keyring.read().current
    again(keyring, transport).rotate()
    after = keyring.read().current
    assert type(after) is type(before)
    assert after != before
    if isinstance(after, SigningKey):
        assert after.jwk.as_dict()["crv"] == "P-256"


@pytest.mark.parametrize("lost", ["/keys", "/token"])
def test_a_lost_answer_is_no_second_change(
    till: ReturnsClient, desk: Desk, shop: Shop, lost: str
) -> None:
    till.whoami()
    shop.faults.append(Fault(lost, None, after=True))
    till.rotate()
    assert desk.statuses("7001-01") == ["retiring", "active"]
    assert len(set(desk.used_ids)) == len(desk.used_ids)


def test_a_lost_secret_is_asked_for_again(
    desk: Desk, shop: Shop, keyring: KeyringFile, transport: Transport
) -> None:
    enrol(transport.base_url, "CODEONE", keyring.path, kind="secret", transport=transport)
    shop.faults.append(Fault("/keys", None, after=True))
    again(keyring, transport).rotate()
    assert desk.statuses("7001-01") == ["retiring", "active"]


@pytest.mark.parametrize(
    ("place", "acted"), [("/keys", False), ("/keys", True), ("/token", False), ("/token", True)]
)
def test_a_crash_anywhere_is_gone_on_from_at_the_next_start(
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
    begun = keyring.read().pending
    assert begun is not None
    again(keyring, transport).whoami()
    assert keyring.read().current == begun
    assert desk.statuses("7001-01") == ["retiring", "active"]


@pytest.mark.parametrize("kind", ["Ed25519", "secret"])
@pytest.mark.parametrize("place", ["/keys", "/token"])
def test_asked_again_it_goes_on_from_where_it_was(
    desk: Desk, shop: Shop, keyring: KeyringFile, transport: Transport, kind: Kind, place: str
) -> None:
    enrol(transport.base_url, "CODEONE", keyring.path, kind=kind, transport=transport)
    till = again(keyring, transport)
    till.whoami()
    shop.faults.extend([Fault(place, None, after=True)] * 4)
    with pytest.raises(UnreachableError):
        till.rotate()
    till.rotate()
    assert desk.statuses("7001-01") == ["retiring", "active"]
    assert keyring.read().pending is None


def test_the_server_says_when_in_a_token_answer(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    before, desk.rotate_by = kid(keyring.read()), SOON
    assert till.whoami()["number"] == "01"
    assert kid(keyring.read()) != before
    assert (desk.posted, desk.statuses("7001-01")) == (1, ["retiring", "active"])


def test_the_server_says_when_at_a_heartbeat(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    till.whoami()
    before, desk.rotate_by = kid(keyring.read()), SOON
    assert till.heartbeat(software_version="4.2", queue_depth=3)["rotate_by"] == SOON
    assert kid(keyring.read()) != before
    told = desk.beats[0]
    assert (told.pop("clock")[-6:], told) == (
        "+00:00",
        {"software_version": "4.2", "queue_depth": 3},
    )


def test_a_rotation_that_fails_is_tried_at_the_next_renewal_and_fails_nothing_else(
    till: ReturnsClient, desk: Desk, shop: Shop, warnings: pytest.LogCaptureFixture
) -> None:
    desk.rotate_by = SOON
    shop.faults.append(Fault("/keys", 500, "internal-error"))
    assert till.whoami()["number"] == "01"
    assert desk.statuses("7001-01") == ["active"]
    assert "did not succeed and will be tried again: 500 internal-error" in warnings.text
    assert till.whoami()["number"] == "01"
    assert desk.posted == 0
    shop.faults.append(EXPIRED)
    assert till.whoami()["number"] == "01"
    assert desk.statuses("7001-01") == ["retiring", "active"]


def test_in_passing_it_does_not_insist(till: ReturnsClient, desk: Desk, shop: Shop) -> None:
    desk.rotate_by = SOON
    shop.faults.append(Fault("/keys", 503, "service-unavailable"))
    till.whoami()
    assert [path for _, path, _ in shop.requests if path.endswith("/keys")] == [
        "/api/v1/terminals/self/keys"
    ]


def test_too_soon_after_the_last_change_is_said(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    till.rotate()
    before = keyring.read()
    with pytest.raises(ProblemError, match="rotation-in-progress") as refused:
        till.rotate()
    assert refused.value.retry_after == 3600.0
    assert keyring.read() == before


def test_told_too_soon_it_waits_as_long_as_it_is_asked_to(
    till: ReturnsClient, desk: Desk, shop: Shop
) -> None:
    till.rotate()
    desk.rotate_by = SOON
    for _ in range(3):
        shop.faults.append(EXPIRED)
        assert till.whoami()["number"] == "01"
    assert desk.posted == 2


def test_a_key_that_the_server_will_not_take_gives_way_to_another(
    till: ReturnsClient, desk: Desk, shop: Shop, keyring: KeyringFile
) -> None:
    till.whoami()
    shop.faults.extend([Fault("/keys", None, after=True)] * 4)
    with pytest.raises(UnreachableError):
        till.rotate()
    refused = keyring.read().pending
    desk.held["7001-01"][1].status = "revoked"
    till.rotate()
    assert keyring.read().current != refused
    assert desk.statuses("7001-01") == ["retiring", "revoked", "active"]


def test_another_process_s_rotation_is_seen_at_the_next_renewal(
    till: ReturnsClient, desk: Desk, shop: Shop, keyring: KeyringFile, transport: Transport
) -> None:
    till.whoami()
    again(keyring, transport).rotate()
    desk.held["7001-01"][0].status = "revoked"
    shop.faults.append(EXPIRED)
    assert till.whoami()["number"] == "01"


def test_while_another_rotates_tokens_are_had_with_the_key_that_works(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    desk.rotate_by = SOON
    with keyring.alone() as mine:
        assert mine
        assert till.whoami()["number"] == "01"
    assert desk.posted == 0


def test_who_was_told_too_late_replaces_nothing(
    till: ReturnsClient, desk: Desk, keyring: KeyringFile
) -> None:
    till.whoami()
    before = keyring.read()
    till._line.replace_in_passing(SigningKey.generate("Ed25519"))
    assert keyring.read() == before
    assert desk.posted == 0


def test_a_secret_in_the_code_cannot_be_renewed_and_goes_on_working(
    client: ReturnsClient, desk: Desk, warnings: pytest.LogCaptureFixture
) -> None:
    desk.rotate_by = SOON
    assert client.whoami()["number"] == "01"
    assert "enrol with a keyring file" in warnings.text
    with pytest.raises(KeyringError):
        client.rotate()
    assert desk.posted == 0


def test_a_full_disk_costs_no_business(
    till: ReturnsClient,
    desk: Desk,
    keyring: KeyringFile,
    monkeypatch: pytest.MonkeyPatch,
    warnings: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk.rotate_by = SOON
    monkeypatch.setattr("client.keyring.write_private", full)
    assert till.whoami()["number"] == "01"
    assert "No space left on device" in warnings.text
    assert (desk.posted, desk.statuses("7001-01")) == (0, ["active"])


def test_twenty_threads_notice_nothing(till: ReturnsClient, desk: Desk) -> None:
    """Tokens of a moment, and a new key again and again, under threads that never stop."""
    desk.lifetime, desk.overlaps, done = 0.05, 99, Event()

    def work(_: int) -> int:
        calls = 0
        while not done.is_set():
            assert till.whoami()["number"] == "01"
            calls += 1
        return calls

    with ThreadPoolExecutor(20) as pool:
        futures = [pool.submit(work, n) for n in range(20)]
        try:
            kids = {till.rotate() for _ in range(10)}
        finally:
            done.set()
        assert all(future.result() for future in futures)
    assert len(kids) == 10
    assert desk.statuses("7001-01") == ["retiring"] * 10 + ["active"]


def test_twenty_threads_are_told_and_one_rotates(till: ReturnsClient, desk: Desk) -> None:
    desk.lifetime, desk.rotate_by = 0.05, SOON
    with ThreadPoolExecutor(20) as pool:
        numbers = [pool.submit(till.whoami) for _ in range(200)]
        assert {number.result()["number"] for number in numbers} == {"01"}
    assert desk.statuses("7001-01") == ["retiring", "active"]
    assert desk.posted == 1
