"""When a request is sent again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from client.retry import RetryPolicy, is_worth_repeating, read_retry_after

POLICY = RetryPolicy(attempts=3, first_wait=0.25, longest_wait=10.0, give_up_after=60.0)
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "dice", "seconds"), [(0, 0.0, 0.125), (0, 1.0, 0.25), (3, 1.0, 2.0), (9, 1.0, 10.0)]
)
def test_waits_double_up_to_the_longest(attempt: int, dice: float, seconds: float) -> None:
    assert POLICY.wait_before_next(attempt, None, dice) == seconds


def test_what_the_server_asks_for_is_never_undercut() -> None:
    assert POLICY.wait_before_next(0, 7.0, 0.0) == 7.0
    assert POLICY.wait_before_next(9, 7.0, 1.0) == 7.25


def test_both_bounds_end_it() -> None:
    assert POLICY.allows_another(2, elapsed=59.0, wait=1.0)
    assert not POLICY.allows_another(3, elapsed=0.0, wait=1.0)
    assert not POLICY.allows_another(2, elapsed=59.0, wait=1.1)


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [
        (429, "too-many", True),
        (502, "http-502", True),
        (503, "http-503", True),
        (504, "http-504", True),
        (409, "idempotency-in-progress", True),
        (409, "sale-conflict", False),
        (400, "bad", False),
        (422, "idempotency-key-reused", False),
        (500, "http-500", False),
    ],
)
def test_only_what_may_end_otherwise_is_repeated(status: int, code: str, again: bool) -> None:
    assert is_worth_repeating(status, code) is again


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header, NOON) == seconds
