"""The journal survives a crash, and says so when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.replay.journal import Journal, JournalError, Outcome, Part, Plan

PLAN = Plan("5", (Part("online-retail-return-C1-1-1", {"complete": True}, "3"),))
OUTCOME = Outcome("approved", "", (("card", 765),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.write_sale("536365", "new")
        journal.write_plan("C1-1", PLAN)
        journal.write_outcome("online-retail-return-C1-1-1", OUTCOME)
    return path


def test_everything_written_is_remembered(path: Path) -> None:
    with Journal(path) as journal:
        assert journal.before.sales == {"536365": "new"}
        assert journal.before.plans == {"C1-1": PLAN}
        assert journal.before.outcomes == {"online-retail-return-C1-1-1": OUTCOME}


@pytest.mark.parametrize("torn", [b'{"sale":"5363', b'{"sale":"536366"}', b"\x00\x00\n"])
def test_a_torn_last_line_is_cut_off(path: Path, torn: bytes) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with Journal(path) as journal:
        assert journal.before.sales == {"536365": "new"}
        journal.write_sale("536367", "new")
    assert path.read_bytes() == whole + b'{"sale":"536367","status":"new"}\n'


def test_damage_in_the_middle_is_not_passed_over(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"rubbish\n" + lines[2])
    with pytest.raises(JournalError, match="line 2 is damaged"):
        Journal(path)


def test_a_plan_is_on_disk_before_its_request(path: Path) -> None:
    with Journal(path) as journal:
        journal.write_plan("C2-1", PLAN)
        with path.open("rb") as reader:
            assert b'"plan":"C2-1"' in reader.read()
