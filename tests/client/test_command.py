"""`python -m client`: an integrator tries it by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.__main__ import main
from client.keyring import KeyringFile
from tests.client.desk import Desk
from tests.client.stand_in import Fault, Shop, StandIn

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(desk: Desk, server: StandIn, keyring: KeyringFile, capsys: Capture) -> Path:
    place = ["--base-url", server.base_url, "--keyring", str(keyring.path)]
    assert main(["enrol", "--code", "code one", *place]) == 0
    said = capsys.readouterr().out
    assert "7001/01" in said
    assert "Enrolled. Keep" in said
    return keyring.path


def run(file: Path, command: str, *more: str) -> int:
    return main([command, "--keyring", str(file), *more])


def test_whoami(file: Path, capsys: Capture) -> None:
    assert run(file, "whoami") == 0
    assert "7001/01" in capsys.readouterr().out


def test_rotate(file: Path, keyring: KeyringFile, capsys: Capture) -> None:
    assert run(file, "rotate") == 0
    current = keyring.read().current
    assert f"In use now: key {current and current.kid}" in capsys.readouterr().out


def test_follow_once_and_once_more(file: Path, shop: Shop, capsys: Capture) -> None:
    shop.feed = [{"id": 1, "recorded_at": "2026-11-21T08:00:00Z", "type": "sale.recorded"}]
    assert run(file, "follow", "--once") == 0
    assert "2026-11-21T08:00:00Z  sale.recorded" in capsys.readouterr().out
    assert run(file, "follow", "--once") == 0
    assert capsys.readouterr().out == ""


def test_token_prints_a_token_and_nothing_else(file: Path, desk: Desk, capsys: Capture) -> None:
    assert run(file, "token") == 0
    assert capsys.readouterr().out.strip() == list(desk.tokens)[-1]


def test_a_failure_is_a_sentence(file: Path, shop: Shop, capsys: Capture) -> None:
    shop.faults.append(Fault("/self", 403, "terminal-not-active"))
    assert run(file, "whoami") == 1
    assert "Failed: 403 terminal-not-active" in capsys.readouterr().err


def test_a_wrong_code_leaves_the_keyring_as_it_is(
    file: Path, server: StandIn, keyring: KeyringFile, capsys: Capture
) -> None:
    before = keyring.read().current
    assert run(file, "enrol", "--code", "WRONG", "--base-url", server.base_url) == 1
    assert "enrolment-code-invalid" in capsys.readouterr().err
    assert keyring.read().current == before
