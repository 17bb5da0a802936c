"""The client against the real server: what the stand-in promises is what the server does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from apps.terminals.models import Credential
from apps.terminals.services import issue_code, issue_secret, order_rotation
from apps.terminals.services.rotation import RotationOrder
from client import Answer, ProblemError, ReturnsClient, UnreachableError, enrol
from client.keyring import KeyringFile
from client.keys import Kind, Secret
from client.transport import Request, Transport
from tests.world import SETUP, Register, make_register

Enrol = Callable[..., ReturnsClient]


@pytest.fixture
def real(transactional_db: None, live_server: LiveServer, settings: LazySettings) -> Register:
    settings.PUBLIC_URL = live_server.url
    register = make_register()
    Credential.objects.all().delete()
    return register


@pytest.fixture
def keyring(tmp_path: Path) -> KeyringFile:
    return KeyringFile(tmp_path / "register.json")


@pytest.fixture
def transport(real: Register, live_server: LiveServer) -> Iterator[Transport]:
    transport = Transport(live_server.url)
    yield transport
    transport.close()  # or threads of the server would go on, each with a database connection


@pytest.fixture
def become(real: Register, transport: Transport, keyring: KeyringFile) -> Enrol:
    def become(kind: Kind = "Ed25519") -> ReturnsClient:
        code = issue_code(real.terminal, actor=SETUP, now=timezone.now())
        known = enrol("", code, keyring.path, kind=kind, transport=transport)
        assert known.client_id == str(real.terminal.pk)
        return ReturnsClient.from_keyring(keyring.path, transport=transport)

    return become


def statuses(register: Register) -> list[str]:
    found = Credential.objects.filter(terminal=register.terminal).order_by("created_at")
    return list(found.values_list("status", flat=True))


@pytest.mark.parametrize("kind", ["Ed25519", "P-256", "secret"])
def test_enrol_ask_and_rotate(become: Enrol, real: Register, kind: Kind) -> None:
    client = become(kind)
    assert client.whoami()["credential"]["kind"] == ("secret" if kind == "secret" else "key")
    kid = client.rotate()
    assert client.whoami()["credential"]["kid"] == kid
    assert statuses(real) == ["retiring", "active"]
    with pytest.raises(ProblemError, match="rotation-in-progress") as refused:
        client.rotate()
    assert (refused.value.retry_after or 0) > 86_000


def test_an_ordered_rotation_is_carried_out_by_the_next_call(
    become: Enrol, real: Register, keyring: KeyringFile
) -> None:
    client = become()
    client.whoami()
    before, now = keyring.read().current, timezone.now()
    order = RotationOrder("all", [real.terminal.pk], now, now + timedelta(days=1))
    order_rotation(order, actor=SETUP, now=now)
    told = client.heartbeat(software_version="4.2", queue_depth=0)
    assert told["rotate_by"] is not None
    assert keyring.read().previous == before
    assert client.heartbeat()["rotate_by"] is None
    assert statuses(real) == ["retiring", "active"]


@pytest.mark.parametrize("wrong", [-3600, 3600])
def test_a_register_with_a_wrong_clock_gets_its_token(
    become: Enrol, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    client = become()
    monkeypatch.setattr(client._line._login, "_clock", lambda: timezone.now().timestamp() + wrong)
    assert client.whoami()["number"] == "03"


def test_a_key_that_never_reached_the_server_is_offered_again(
    become: Enrol, real: Register, keyring: KeyringFile, transport: Transport
) -> None:
    become().whoami()
    known = keyring.read()
    assert known.current is not None
    lost = known.current.another()
    keyring.write(replace(known, pending=lost))
    ReturnsClient.from_keyring(keyring.path, transport=transport).whoami()
    assert keyring.read().current == lost
    assert statuses(real) == ["retiring", "active"]


def test_a_key_that_was_replaced_before_its_first_use_gives_way(
    become: Enrol, real: Register, keyring: KeyringFile
) -> None:
    client = become()
    client.whoami()
    known = keyring.read()
    assert known.current is not None
    first, second = known.current.another(), known.current.another()
    for one in (first, second):
        body = one.offer(known.client_id, known.token_url, timezone.now().timestamp())
        client._post("terminals/self/keys", body)
    keyring.write(replace(known, pending=first))
    client.rotate()
    assert keyring.read().current not in (first, second, known.current)
    assert sorted(statuses(real)) == ["active", "retiring", "revoked", "revoked"]


def test_the_same_enrolment_again_is_the_same_answer(
    real: Register, transport: Transport, keyring: KeyringFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = issue_code(real.terminal, actor=SETUP, now=timezone.now())
    answers = []
    send = transport.send

    def lose_the_first(request: Request) -> Answer:
        answers.append(send(request))
        if len(answers) == 1:
            raise UnreachableError("lost")
        return answers[-1]

    monkeypatch.setattr(transport, "send", lose_the_first)
    with pytest.raises(UnreachableError):
        enrol("", code, keyring.path, transport=transport)
    enrol("", code, keyring.path, transport=transport)
    assert answers[0].raw == answers[1].raw
    assert answers[1].replayed
    assert statuses(real) == ["pending"]


def test_a_secret_from_an_administrator_still_works(real: Register, transport: Transport) -> None:
    secret = issue_secret(real.terminal, actor=SETUP, now=timezone.now())
    client = ReturnsClient("", str(real.terminal.pk), secret, transport=transport)
    assert client.whoami()["number"] == "03"
    assert isinstance(client._line.credential(), Secret)
