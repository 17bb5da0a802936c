"""How a register is: each thing that can be wrong, in a word and a sentence, the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.terminals.policy.health import Facts, health, look_at

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WELL = Facts(
    status="active", has_credential=True, last_seen_at=NOW - HOUR, clock_skew_ms=400,
    queue_depth=0, key_due_at=NOW + 30 * 24 * HOUR, notices=(),
)  # fmt: skip


def said(**changes: Any) -> tuple[str, str]:
    finding = health(replace(WELL, **changes), now=NOW)
    return finding.tone, finding.says


def test_a_register_that_works_is_well() -> None:
    assert said() == ("good", "Well")
    assert said(clock_skew_ms=None, queue_depth=None, key_due_at=None) == ("good", "Well")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", ("wait", "Give it an enrolment code")),
        ("suspended", ("wait", "Refused until you activate it again")),
        ("retired", ("calm", "Out of use")),
    ],
)
def test_one_that_is_not_active_says_only_that(status: str, expected: tuple[str, str]) -> None:
    assert said(status=status, has_credential=False, last_seen_at=None) == expected
    assert len(look_at(replace(WELL, status=status, queue_depth=9), now=NOW)) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"has_credential": False},
            ("bad", "No key or secret of it works: give it an enrolment code"),
        ),
        (
            {"notices": ["enrolment-conflict"]},
            ("bad", "A used code came again, from another machine"),
        ),
        ({"notices": ["pending-unused"]}, ("wait", "The new key has not been used for a week")),
        ({"notices": ["rotation-due"]}, ("good", "Well")),
        ({"key_due_at": NOW}, ("bad", "The key is older than it may be")),
        ({"last_seen_at": None}, ("wait", "Never heard of")),
        ({"last_seen_at": NOW - 24 * HOUR}, ("wait", "Not heard of for a day")),
        ({"last_seen_at": NOW - 71 * HOUR}, ("wait", "Not heard of for 2 days")),
        ({"last_seen_at": NOW - 23 * HOUR}, ("good", "Well")),
        ({"clock_skew_ms": 30_000}, ("good", "Well")),
        ({"clock_skew_ms": 30_001}, ("wait", "Its clock is 30 s ahead")),
        ({"clock_skew_ms": -95_000}, ("wait", "Its clock is 95 s behind")),
        ({"queue_depth": 1}, ("wait", "1 thing waits in it to be sent")),
        ({"queue_depth": 12}, ("wait", "12 things wait in it to be sent")),
    ],
)
def test_what_is_not_well_is_said(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert said(**changes) == expected


def test_the_worst_comes_first_and_nothing_is_left_out() -> None:
    facts = replace(WELL, last_seen_at=None, queue_depth=2, key_due_at=NOW - HOUR)

    assert [finding.tone for finding in look_at(facts, now=NOW)] == ["bad", "wait", "wait"]


def test_an_overdue_key_with_its_notice_is_said_once() -> None:
    facts = replace(WELL, key_due_at=NOW - HOUR, notices=["rotation-overdue"])

    assert [finding.says for finding in look_at(facts, now=NOW)] == [
        "The key is older than it may be"
    ]
