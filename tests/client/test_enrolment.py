"""A code becomes a register, whatever is lost on the way, and the private key goes nowhere."""

from __future__ import annotations

import json
import os
import stat

import pytest

from client import KeyringError, ProblemError, ReturnsClient, Transport, UnreachableError, enrol
from client.identity import Identity
from client.keyring import KeyringFile
from client.keys import Kind, SigningKey
from tests.client.desk import Desk
from tests.client.stand_in import Fault, Shop

LOST = Fault("/enrol", None, after=True)


@pytest.fixture
def become(desk: Desk, keyring: KeyringFile, transport: Transport) -> Become:
    return Become(keyring, transport)


class Become:
    """Enrols under a code."""

    def __init__(self, keyring: KeyringFile, transport: Transport) -> None:
        self._keyring, self._transport = keyring, transport

    def __call__(self, code: str = "CODEONE", kind: Kind = "Ed25519") -> Identity:
        base_url = self._transport.base_url
        return enrol(base_url, code, self._keyring.path, kind=kind, transport=self._transport)


@pytest.mark.parametrize("kind", ["Ed25519", "P-256", "secret"])
def test_a_code_becomes_a_register(
    become: Become, keyring: KeyringFile, transport: Transport, kind: Kind
) -> None:
    known = become(kind=kind)
    assert (known.client_id, known.store, known.terminal) == ("7001-01", "7001", "01")
    client = ReturnsClient.from_keyring(keyring.path, transport=transport)
    assert client.whoami() == {"store": "7001", "number": "01"}


def test_only_the_public_half_leaves_the_register(become: Become, shop: Shop) -> None:
    key = become().current
    assert isinstance(key, SigningKey)
    private = key.jwk.as_dict(private=True)["d"]
    assert str(private).encode() not in b"".join(shop.bodies)
    assert str(key.jwk.as_dict()["x"]).encode() in b"".join(shop.bodies)


def test_the_keyring_is_its_owner_s_only(become: Become, keyring: KeyringFile) -> None:
    become()
    assert stat.S_IMODE(keyring.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.path.parent.stat().st_mode) == 0o700
    assert sorted(os.listdir(keyring.path.parent)) == ["register.json", "register.json.lock"]


def test_private_parts_are_not_shown(become: Become) -> None:
    known = become()
    assert isinstance(known.current, SigningKey)
    private = str(known.current.jwk.as_dict(private=True)["d"])
    assert known.current.kid in repr(known)
    assert private not in repr(known)
    assert "CODEONE" not in repr(known)


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    become: Become, desk: Desk, shop: Shop
) -> None:
    shop.faults.append(LOST)
    known = become()
    assert [held.kid for held in desk.held["7001-01"]] == [known.current and known.current.kid]


@pytest.mark.parametrize("kind", ["Ed25519", "secret"])
@pytest.mark.parametrize("acted", [False, True])
def test_after_a_crash_it_is_the_same_request(
    become: Become, desk: Desk, shop: Shop, keyring: KeyringFile, kind: Kind, acted: bool
) -> None:
    shop.faults.extend([Fault("/enrol", None, after=acted)] * 4)
    with pytest.raises(UnreachableError):
        become(kind=kind)
    stored = keyring.read()
    assert (stored.client_id, stored.current) == ("", None)
    known = become(kind=kind)
    assert stored.enrolling is not None
    assert (known.current and known.current.kid) == stored.enrolling.kid
    assert len(desk.held["7001-01"]) == 1


def test_the_same_code_again_is_no_request_at_all(become: Become, shop: Shop) -> None:
    first, sent = become(), len(shop.requests)
    assert become(" code-ONE ") == first
    assert len(shop.requests) == sent


def test_a_refused_code_leaves_what_works(
    till: ReturnsClient, become: Become, keyring: KeyringFile
) -> None:
    before = keyring.read().current
    with pytest.raises(ProblemError, match="enrolment-code-invalid"):
        become("CODETWO")
    assert keyring.read().current == before
    assert till.whoami()["number"] == "01"


def test_a_new_code_brings_a_new_key(
    till: ReturnsClient, become: Become, desk: Desk, keyring: KeyringFile
) -> None:
    before = keyring.read().current
    desk.codes["CODETWO"] = "7001-01"
    known = become("CODETWO")
    assert known.current != before
    assert known.previous == before


def test_another_register_s_old_key_is_not_kept(
    till: ReturnsClient, become: Become, desk: Desk
) -> None:
    desk.codes["CODETWO"] = "7002-09"
    known = become("CODETWO")
    assert (known.client_id, known.previous) == ("7002-09", None)


def test_a_write_that_a_crash_cut_off_is_no_harm(become: Become, keyring: KeyringFile) -> None:
    known = become()
    draft = keyring.path.with_name(".register.json.new")
    draft.write_text('{"half":')
    assert keyring.read() == known
    keyring.write(known)
    assert not draft.exists()


def test_a_keyring_that_is_missing_or_spoiled_is_named_without_its_content(
    keyring: KeyringFile,
) -> None:
    with pytest.raises(KeyringError, match=r"there is no keyring .*register\.json: enrol first"):
        ReturnsClient.from_keyring(keyring.path)
    keyring.path.parent.mkdir()
    for spoiled in ("hush", json.dumps({"version": 1, "code": "hush"}), json.dumps(["hush"])):
        keyring.path.write_text(spoiled)
        with pytest.raises(KeyringError, match="is not a keyring") as said:
            keyring.read()
        assert "hush" not in str(said.value)
        assert said.value.__cause__ is None


def test_an_enrolment_that_was_not_finished_says_so(
    become: Become, keyring: KeyringFile, transport: Transport
) -> None:
    with pytest.raises(ProblemError):
        become("CODETWO")
    with pytest.raises(KeyringError, match="not finished"):
        ReturnsClient.from_keyring(keyring.path, transport=transport).whoami()
