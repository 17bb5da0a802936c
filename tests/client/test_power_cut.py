"""The power may fail at any step of enrolling and rotating: what is on the disk leads on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client import ReturnsClient, Transport, enrol
from client.keyring import KeyringFile
from client.keys import Kind
from tests.client.desk import Desk

KINDS = ["Ed25519", "secret"]


class PowerCut(BaseException):
    """Nobody can catch it."""


class Power:
    """Fails after so many steps. A step is what cannot be undone: to the disk, or to the server."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        for owner, name in ((os, "fsync"), (Path, "replace"), (Transport, "_send_once")):
            patch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self._step()
            result = act(*args)
            self._step()
            return result

        return counted

    def _step(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            raise PowerCut
        self.left -= 1

    def cut_at(self, step: int, act: Callable[[], object]) -> bool:
        """True when the power failed before the act was done."""
        self.left = step
        try:
            act()
        except PowerCut:
            return True
        finally:
            self.left = None
        return False


@pytest.fixture
def power(monkeypatch: pytest.MonkeyPatch) -> Power:
    return Power(monkeypatch)


class Till:
    """A register of its own for each step at which the power fails."""

    def __init__(self, step: int, kind: Kind, desk: Desk, folder: Path, line: Transport) -> None:
        self.name = f"7001-{step}"
        self.keyring = KeyringFile(folder / f"{step}.json")
        self._kind, self._desk, self._line = kind, desk, line
        desk.codes[f"CODE{step}"] = self.name
        self._code = f"CODE{step}"

    def enrol(self) -> None:
        enrol("", self._code, self.keyring.path, kind=self._kind, transport=self._line)

    def start(self) -> ReturnsClient:
        return ReturnsClient.from_keyring(self.keyring.path, transport=self._line)

    def rotate(self) -> None:
        self.start().rotate()

    def check(self) -> list[str]:
        """The register works, and both sides agree on what is in use; the server's states."""
        assert self.start().whoami()["store"] == "7001"
        active, known = self._desk.held[self.name][-1], self.keyring.read()
        assert (known.pending, known.enrolling) == (None, None)
        assert known.current is not None
        assert known.current.kid == active.kid
        assert known.current.as_json().get("secret", "") == active.secret
        return self._desk.statuses(self.name)


@pytest.mark.parametrize("kind", KINDS)
def test_enrolling(
    power: Power, desk: Desk, transport: Transport, tmp_path: Path, kind: Kind
) -> None:
    step, cut = -1, True
    while cut:
        step += 1
        till = Till(step, kind, desk, tmp_path, transport)
        cut = power.cut_at(step, till.enrol)
        till.enrol()
        assert till.check() == ["active"]
    # Two writes of file, name and folder, and a request between them: each begun, and each done.
    assert step == 2 * (3 + 1 + 3)


@pytest.mark.parametrize("kind", KINDS)
def test_rotating(
    power: Power, desk: Desk, transport: Transport, tmp_path: Path, kind: Kind
) -> None:
    step, cut, not_begun = -1, True, 0
    while cut:
        step += 1
        till = Till(step, kind, desk, tmp_path, transport)
        till.enrol()
        till.start().whoami()
        cut = power.cut_at(step, till.rotate)
        states = till.check()
        assert states in (["active"], ["retiring", "active"])
        not_begun += states == ["active"]
    # Only before the new one had its name on the disk was nothing to go on from. The steps are:
    # pending, token, posted, taken, token, in use; what is written down takes three each.
    assert not_begun == 3
    assert step == 2 * (3 + 1 + 1 + 3 + 1 + 3)
