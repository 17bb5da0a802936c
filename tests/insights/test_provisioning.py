"""Registers for the demo and the replay: a code for those that have no key yet, and only for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import timezone

from apps.insights.services.provisioning import (
    COMMAND,
    ListedRegister,
    ensure_registers,
    write_registers,
)
from apps.terminals.models import EnrolmentCode, Terminal
from apps.terminals.services import revoke_credential, set_status
from apps.terminals.states import TerminalStatus
from tests.world import Register, profile_of


def provide(register: Register, keys: Path) -> list[ListedRegister]:
    numbers = [register.terminal.number, "04"]
    profile = profile_of(register)
    return ensure_registers(register.store, numbers, profile=profile, keys=keys, now=timezone.now())


def keep_keyring(register: Register, keys: Path, client_id: str) -> None:
    (keys / f"{register.terminal.pk}.json").write_text(json.dumps({"client_id": client_id}))


def test_who_has_no_keyring_gets_a_code(register: Register, tmp_path: Path) -> None:
    known, made = provide(register, tmp_path)
    assert (len(known.code), len(made.code)) == (24, 24)
    assert known.client_id == str(register.terminal.pk)
    assert made.client_id == str(Terminal.objects.get(number="04").pk)


def test_who_has_one_gets_none(register: Register, tmp_path: Path) -> None:
    keep_keyring(register, tmp_path, str(register.terminal.pk))
    assert provide(register, tmp_path)[0].code == ""
    assert not EnrolmentCode.objects.filter(terminal=register.terminal).exists()


@pytest.mark.parametrize("client_id", ["", "01a1fe7c-f18f-756a-b896-fc66d5978314"])
def test_an_enrolment_that_was_not_finished_begins_anew(
    register: Register, tmp_path: Path, client_id: str
) -> None:
    keep_keyring(register, tmp_path, client_id)
    assert provide(register, tmp_path)[0].code != ""


def test_a_keyring_that_nothing_is_left_of_is_replaced(register: Register, tmp_path: Path) -> None:
    keep_keyring(register, tmp_path, str(register.terminal.pk))
    (credential,) = register.terminal.credential_set.all()
    revoke_credential(credential, actor=COMMAND, now=timezone.now())
    assert provide(register, tmp_path)[0].code != ""


def test_one_out_of_service_is_left_out(register: Register, tmp_path: Path) -> None:
    set_status(register.terminal, TerminalStatus.SUSPENDED, actor=COMMAND, now=timezone.now())
    assert [one.terminal for one in provide(register, tmp_path)] == ["04"]
    assert not EnrolmentCode.objects.filter(terminal=register.terminal).exists()


def test_the_list_is_private_and_names_codes_where_there_are_any(tmp_path: Path) -> None:
    file = tmp_path / "registers.json"
    write_registers(
        file, [ListedRegister("7001", "01", "a", "CODE"), ListedRegister("7001", "02", "b")]
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == [
        {"store": "7001", "terminal": "01", "client_id": "a", "code": "CODE"},
        {"store": "7001", "terminal": "02", "client_id": "b"},
    ]
