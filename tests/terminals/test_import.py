"""Many registers at once: what each line would do, and all of them or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.errors import StaleState
from apps.terminals.models import Terminal
from apps.terminals.policy.register_file import RegisterLine
from apps.terminals.services import import_registers, plan_import
from tests.books import nothing_changes
from tests.threads import together
from tests.world import SETUP, Register, make_register

NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)


def line(place: int, number: str, **changes: str) -> RegisterLine:
    values = {"shop": "0042", "profile": "Register", **changes}
    return RegisterLine(line=place, number=number, **values)


def outcomes(*lines: RegisterLine) -> list[tuple[str, str]]:
    return [(one.outcome, one.why) for one in plan_import(lines)]


def test_each_line_is_new_there_already_or_wrong(register: Register) -> None:
    with nothing_changes():
        found = outcomes(
            line(2, "07"), line(3, "03", label="Other"), line(4, "08", shop="0099"),
            line(5, "09", profile="Cashier"), line(6, "07"), line(7, "", shop=""),
            line(8, "1" * 17), line(9, "10", label="x" * 81), line(10, "11", shop="42"),
        )  # fmt: skip

    assert found == [
        ("new", ""), ("known", ""), ("wrong", "There is no shop “0099”."),
        ("wrong", "There is no profile “Cashier”."), ("wrong", "The same register as line 2."),
        ("wrong", "Shop and number are needed."), ("wrong", "number: 16 characters at most."),
        ("wrong", "label: 80 characters at most."),
        ("wrong", "There is no shop 42, but 0042: spreadsheets drop leading zeros."),
    ]  # fmt: skip


def test_imported_registers_wait_for_enrolment_and_stand_in_trail_and_history(
    register: Register,
) -> None:
    import_registers(
        [line(2, "07", label="Kids", hardware="NCR"), line(3, "08")], actor=SETUP, now=NOW
    )

    made = Terminal.objects.filter(created_at=NOW).order_by("number")
    assert [(t.number, t.label, t.hardware, t.status) for t in made] == [
        ("07", "Kids", "NCR", "pending"), ("08", "", "", "pending"),
    ]  # fmt: skip
    assert [t.history.count() for t in made] == [1, 1]
    entries = AuditEntry.objects.filter(action="terminal.added", at=NOW).order_by("id")
    assert [(e.subject_label, e.data) for e in entries] == [
        ("0042/07", {"imported": True}), ("0042/08", {"imported": True}),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [line(3, "03"), line(3, "08", shop="0099"), line(3, "07")])
def test_one_line_that_does_not_fit_leaves_all_out(register: Register, wrong: RegisterLine) -> None:
    with nothing_changes(), pytest.raises(StaleState):
        import_registers([line(2, "07"), wrong], actor=SETUP, now=NOW)


def test_the_same_import_at_the_same_moment_is_done_once(transactional_db: None) -> None:
    make_register()

    def run() -> str:
        try:
            lines = [line(place, f"{place:02d}") for place in range(10, 40)]
            import_registers(lines, actor=SETUP, now=timezone.now())
        except StaleState:
            return "refused"
        return "done"

    assert sorted(together([run, run])) == ["done", "refused"]
    assert Terminal.objects.count() == 31
    assert Terminal.history.filter(number="10").count() == 1


def test_the_statements_do_not_grow_with_the_lines(register: Register) -> None:
    def statements(lines: list[RegisterLine]) -> int:
        with CaptureQueriesContext(connection) as seen:
            import_registers(lines, actor=SETUP, now=timezone.now())
        return len(seen)

    few = statements([line(2, "a")])
    many = statements([line(place, f"b{place}") for place in range(2, 200)])

    assert many == few <= 10
