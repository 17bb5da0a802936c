"""A register says how it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.terminals.models import Terminal, TerminalSeen
from tests.books import nothing_changes
from tests.world import Register, make_register, problem

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def beat(register: Register, **body: Any) -> Any:
    return register.post("terminals/self/heartbeat", body, key="")


def test_version_machine_clock_and_queue(register: Register) -> None:
    with time_machine.travel(NOW, tick=False):
        till = make_register(number="09")
        clock = (NOW + timedelta(seconds=2, milliseconds=345)).isoformat()
        answer = beat(
            till, software_version="4.1", hardware="Till 3000", clock=clock, queue_depth=3
        )
    assert answer.json() == {
        "server_time": "2026-11-21T10:00:00Z", "clock_skew_ms": 2345, "rotate_by": None,
    }  # fmt: skip
    seen = TerminalSeen.objects.get(terminal=till.terminal)
    assert (seen.software_version, seen.clock_skew_ms, seen.queue_depth, seen.heartbeat_at) == (
        "4.1", 2345, 3, NOW,
    )  # fmt: skip
    assert Terminal.objects.get(pk=till.terminal.pk).hardware == "Till 3000"


def test_what_is_left_out_stays_as_it_was(register: Register) -> None:
    beat(register, software_version="4.1", hardware="Till 3000", queue_depth=3)
    assert beat(register).json()["clock_skew_ms"] is None
    seen = TerminalSeen.objects.get()
    assert (seen.software_version, seen.queue_depth) == ("4.1", 3)
    assert Terminal.objects.get().hardware == "Till 3000"


def test_its_word_on_its_version_outlasts_that_of_its_http_library(register: Register) -> None:
    with time_machine.travel(NOW, tick=False):
        till = make_register(number="09")
        beat(till, software_version="4.1")
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        till.client.get(
            "/api/v1/terminals/self",
            headers={"Authorization": f"Bearer {till.token}", "User-Agent": "python-requests/2"},
        )
    seen = TerminalSeen.objects.get(terminal=till.terminal)
    assert (seen.last_seen_at, seen.software_version) == (NOW + timedelta(minutes=2), "4.1")


@pytest.mark.parametrize(
    "body",
    [
        {"clock": "10:00"},
        {"clock": "2026-11-21T10:00:00"},
        {"queue_depth": -1},
        {"queue_depth": "3"},
        {"software_version": "x" * 65},
        {"hardware": 7},
        {"mood": "good"},
    ],
)
def test_what_makes_no_sense_changes_nothing(register: Register, body: dict[str, Any]) -> None:
    register.get("changes")
    with nothing_changes():
        problem(beat(register, **body), 400, "invalid-request")


def test_it_costs_few_statements(register: Register, django_assert_num_queries: Any) -> None:
    register.get("changes")
    with django_assert_num_queries(3):  # who asks, the heartbeat, the rotation
        beat(register, clock="2026-11-21T10:00:00Z")
