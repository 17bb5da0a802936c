"""The window ends with the last second of its last day, in the shop's own time zone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.returns.models import CustomerReturn
from tests.world import ALL_SCOPES, Register, make_register, publish_policy

# Berlin: summer time from 29 March to 25 October 2026.
EDGES = {
    "same offset": ("2026-11-02T10:00:00+01:00", "2026-12-02T23:59:59+01:00"),
    "over the end of summer time": ("2026-10-01T23:30:00+02:00", "2026-10-31T23:59:59+01:00"),
    "over its beginning": ("2026-03-01T00:00:00+01:00", "2026-03-31T23:59:59+02:00"),
    "sold after midnight there": ("2026-10-01T22:30:00Z", "2026-11-01T23:59:59+01:00"),
    "ends on the day it changes": ("2026-09-25T12:00:00+02:00", "2026-10-25T23:59:59+01:00"),
    "said in another offset": ("2026-11-02T10:00:00+01:00", "2026-12-02T17:59:59-05:00"),
    "over a leap day": ("2028-02-10T10:00:00+01:00", "2028-03-11T23:59:59+01:00"),
}


@pytest.fixture
def backdating(db: None) -> Register:
    """A register that brings in history, and may therefore decide by its own time."""
    return make_register(scopes=[*ALL_SCOPES, "backdate"])


def _decision(register: Register, sold_at: str, occurred_at: str) -> str:
    sale = register.sell(sold_at=sold_at)
    answer = register.take_back(sale, occurred_at=occurred_at).json()
    codes: list[str] = answer["lines"][0]["codes"]
    return codes[0]


@pytest.mark.parametrize("case", EDGES)
def test_the_last_second_of_the_last_day_counts_and_the_next_does_not(
    backdating: Register, case: str
) -> None:
    sold_at, last = EDGES[case]
    after = (datetime.fromisoformat(last) + timedelta(seconds=1)).isoformat()
    assert _decision(backdating, sold_at, last) == "ok"
    assert _decision(backdating, sold_at, after) == "window-expired"


def test_a_window_of_no_days_ends_with_the_day_of_the_sale(backdating: Register) -> None:
    publish_policy(days=0)
    sold_at = "2026-11-20T00:00:00+01:00"
    assert _decision(backdating, sold_at, "2026-11-20T23:59:59+01:00") == "ok"
    assert _decision(backdating, sold_at, "2026-11-21T00:00:00+01:00") == "window-expired"


def test_the_trace_says_which_day_was_the_last(backdating: Register) -> None:
    _decision(backdating, "2026-10-01T22:30:00Z", "2026-11-02T00:00:00+01:00")
    (row,) = [row for row in CustomerReturn.objects.get().trace if row["rule"] == "window"]
    assert row["inputs"] == {
        "sold": "2026-10-01T22:30:00+00:00", "days": 30, "last_day": "2026-11-01", "today": "2026-11-02",
    }  # fmt: skip


def test_a_clock_that_is_off_decides_nothing_and_is_told(register: Register) -> None:
    sale = register.sell(sold_at="2026-01-01T10:00:00Z")
    answer = register.take_back(sale, occurred_at="2026-01-02T10:00:00Z").json()
    assert answer["decision"] == "denied"
    assert answer["messages"][-1]["code"] == "clock-suspect"
    kept = CustomerReturn.objects.get()
    assert (kept.clock_suspect, kept.occurred_at.year) == (True, 2026)
    assert kept.occurred_at.isoformat() == "2026-01-02T10:00:00+00:00"


@pytest.mark.parametrize(("minutes", "suspect"), [(-6, True), (-4, False), (4, False), (6, True)])
def test_five_minutes_are_forgiven(register: Register, minutes: int, suspect: bool) -> None:
    at = timezone.now() + timedelta(minutes=minutes)
    answer = register.take_back(register.sell(), occurred_at=at.isoformat()).json()
    assert answer["decision"] == "approved"
    assert CustomerReturn.objects.get().clock_suspect is suspect
    assert [m["code"] for m in answer["messages"]] == (["clock-suspect"] if suspect else [])


def test_without_a_time_ours_decides(register: Register) -> None:
    register.take_back(register.sell())
    kept = CustomerReturn.objects.get()
    assert kept.occurred_at == kept.received_at
    assert not kept.clock_suspect
