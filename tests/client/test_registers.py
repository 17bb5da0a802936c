"""A list of registers and a folder of keyrings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client import KeyringError, Transport, load_registers, open_register
from client.registers import RegistersError
from tests.client.stand_in import Shop


def test_a_register_is_enrolled_on_its_first_use_only(
    registers: Callable[..., Path], shop: Shop, transport: Transport, tmp_path: Path
) -> None:
    (listed,) = load_registers(registers("7001-02"))
    for _ in range(2):
        assert open_register(listed, tmp_path / "keys", transport).whoami()["number"] == "02"
    assert [path for _, path, _ in shop.requests].count("/api/v1/terminals/enrol") == 1
    assert (tmp_path / "keys" / "7001-02.json").stat().st_mode & 0o777 == 0o600


def test_one_without_code_and_keyring_is_named(transport: Transport, tmp_path: Path) -> None:
    listing = tmp_path / "registers.json"
    listing.write_text(json.dumps([{"store": "7001", "terminal": "02", "client_id": "7001-02"}]))
    (listed,) = load_registers(listing)
    with pytest.raises(KeyringError, match=r"7001-02\.json: enrol first"):
        open_register(listed, tmp_path / "keys", transport)


def test_one_that_cannot_sign_has_a_secret(
    shop: Shop, transport: Transport, tmp_path: Path
) -> None:
    entry = {"store": "7001", "terminal": "02", "client_id": "7001-02"}
    listing = tmp_path / "registers.json"
    listing.write_text(json.dumps([entry | {"client_secret": "secret of 7001-02"}]))
    (listed,) = load_registers(listing)
    assert open_register(listed, tmp_path / "keys", transport).whoami()["number"] == "02"
    assert "secret of" not in repr(listed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ([], "at least one register"),
        (["x"], "entry 1 is not an object"),
        ([{"store": "7001", "client_id": "x"}], "entry 1 lacks terminal"),
    ],
)
def test_a_list_that_cannot_be_used_is_named(tmp_path: Path, content: Any, said: str) -> None:
    listing = tmp_path / "registers.json"
    listing.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(RegistersError, match=said):
        load_registers(listing)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistersError, match="cannot read"):
        load_registers(tmp_path / "registers.json")
