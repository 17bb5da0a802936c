"""The pure rules of delivering: when, again, to whom, and when not."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from apps.integrations.policy.answers import Outcome, judge, read_retry_after
from apps.integrations.policy.breaker import Breaker, after
from apps.integrations.policy.mapping import MappingError, apply_template
from apps.integrations.policy.schedule import STANDARD, wait_before_next
from apps.integrations.policy.timing import DAILY, EVERY, Timing, run_due
from apps.integrations.policy.wanted import Filter, Heard, wants

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_ten_attempts_over_three_days() -> None:
    waits = [wait_before_next(n, STANDARD, dice=0.5) for n in range(11)]
    assert waits[:3] == [timedelta(0), 5 * S, 5 * M]
    assert sum((w for w in waits if w), timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert waits[10] is None


def test_the_spread_and_what_the_receiver_asks_for() -> None:
    assert wait_before_next(2, STANDARD, dice=0.0) == 240 * S
    assert wait_before_next(2, STANDARD, dice=1.0) == 360 * S
    assert wait_before_next(1, STANDARD, dice=0.5, asked=90 * S) == 90 * S
    assert wait_before_next(2, STANDARD, dice=0.5, asked=9 * S) == 300 * S
    assert wait_before_next(1, STANDARD, dice=0.5, asked=timedelta(days=9)) == timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "ok"), (204, "ok"), (301, "retry"), (400, "permanent"), (404, "retry"), (410, "gone"),
     (429, "retry"), (500, "retry"), (None, "retry")],
)  # fmt: skip
def test_what_an_answer_means(status: int | None, kind: str) -> None:
    assert judge(status, "timed-out", permanent={400}, now=NOW).kind == kind


def test_retry_after_is_seconds_or_a_date() -> None:
    assert read_retry_after("120", NOW) == 120 * S
    assert read_retry_after("Sat, 21 Nov 2026 10:01:00 GMT", NOW) == M
    assert read_retry_after("Sat, 21 Nov 2026 09:00:00 GMT", NOW) == timedelta(0)
    assert [read_retry_after(x, NOW) for x in ("", "soon", "-1", "²")] == [None] * 4
    outcome = judge(503, "", permanent=(), retry_after="7", now=NOW)
    assert outcome == Outcome("retry", "status 503", retry_after=7 * S)


def _run(outcomes: list[bool], breaker: Breaker | None = None, at: datetime = NOW) -> Breaker:
    return after(breaker or Breaker(), outcomes, at)


def test_five_failures_in_a_row_open_it_for_half_a_minute() -> None:
    assert _run([False] * 4).lets_through(NOW)
    assert _run([False] * 4 + [True] + [False] * 4).lets_through(NOW)
    opened = _run([False] * 5)
    assert (opened.lets_through(NOW), opened.open_until) == (False, NOW + 30 * S)


def test_half_of_twenty_within_a_minute_open_it() -> None:
    assert _run([True, False] * 9).lets_through(NOW)
    assert not _run([True, False] * 10).lets_through(NOW)
    slow = Breaker()
    for n in range(40):
        slow = after(slow, [n % 2 == 0], NOW + n * 4 * S)
    assert slow.lets_through(NOW + 160 * S)


def test_each_failed_probe_doubles_the_pause_up_to_ten_minutes() -> None:
    breaker, at, pauses = _run([False] * 5), NOW, []
    for _ in range(7):
        at = breaker.open_until or at
        assert breaker.lets_through(at)
        assert breaker.wants_a_probe
        breaker = after(breaker, [False], at)
        pauses.append(breaker.opened_for.total_seconds())
    assert pauses == [60, 120, 240, 480, 600, 600, 600]
    assert after(breaker, [True], at) == Breaker(recent=((at, True),))


@pytest.mark.parametrize(
    ("wanted", "hears"),
    [
        (Filter(), True),
        (Filter(types=("return.completed",)), True),
        (Filter(types=("return.*", "refund.*")), True),
        (Filter(types=("return",)), False),
        (Filter(stores=frozenset({"0042"})), True),
        (Filter(stores=frozenset({"0043"})), False),
        (Filter(regions=frozenset({7})), True),
        (Filter(regions=frozenset({8})), False),
        (Filter(return_scope="partial"), True),
        (Filter(return_scope="full"), False),
        (Filter(least_amount=510), True),
        (Filter(least_amount=511), False),
    ],
)
def test_what_a_destination_hears(wanted: Filter, hears: bool) -> None:
    data = {"scope": "partial", "refund_total": 510}
    assert wants(wanted, Heard("return.completed", "0042", 7, data)) is hears


def test_scope_and_amount_are_asked_only_of_events_that_say_so() -> None:
    wanted = Filter(return_scope="full", least_amount=1000)
    assert wants(wanted, Heard("stock.changed", "0042", None, {"items": []}))


def test_every_so_often() -> None:
    timing = Timing(EVERY, every=5 * M)
    assert run_due(timing, last_run=None, now=NOW)
    assert not run_due(timing, last_run=NOW - 5 * M + S, now=NOW)
    assert run_due(timing, last_run=NOW - 5 * M, now=NOW)


def test_daily_at_a_local_time_also_when_the_clocks_change() -> None:
    timing = Timing(DAILY, at=time(2, 30), zone="Europe/Berlin")
    due = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    assert not run_due(timing, last_run=due - H, now=due - S)
    assert run_due(timing, last_run=due - H, now=due)
    assert not run_due(timing, last_run=due, now=due + 20 * H)
    gap = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # there is no 02:30 that day
    assert run_due(timing, last_run=gap - 20 * H, now=gap + H)
    assert not run_due(timing, last_run=gap + H, now=gap + 2 * H)


EVENT = {
    "type": "return.completed",
    "data": {"number": "R-1", "lines": [{"sku": "A", "refund": 255}, {"sku": "B", "refund": 9}]},
}


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("=data.number", "R-1"),
        ("==data", "=data"),
        ({"kind": "return", "n": 1, "no": "=data.nothing"}, {"kind": "return", "n": 1, "no": None}),
        (["=type", "=data.lines[0].sku"], ["return.completed", "A"]),
        ("=sum(data.lines[].refund)", 264),
        (
            {"rows": {"=each": "data.lines", "=do": {"s": "=sku", "of": "=event.data.number"}}},
            {"rows": [{"s": "A", "of": "R-1"}, {"s": "B", "of": "R-1"}]},
        ),
        ({"=each": "data.nothing", "=do": "=sku"}, []),
    ],
)
def test_a_template_makes_what_the_destination_gets(template: Any, made: Any) -> None:
    assert apply_template(template, EVENT) == made


@pytest.mark.parametrize(
    ("template", "where"),
    [
        ({"a": {"b": "=data.["}}, "$.a.b"),
        ({"a": ["x", "=nonsense(data)"]}, "$.a[1]"),
        ({"=each": "type", "=do": "x"}, "$"),
        ({"a": "=sum(type)"}, "$.a"),
    ],
)
def test_a_mistake_in_a_template_says_where_it_is(template: Any, where: str) -> None:
    with pytest.raises(MappingError) as caught:
        apply_template(template, EVENT)
    assert caught.value.path == where
