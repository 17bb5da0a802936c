"""Buckets in Valkey: what passes, what waits, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as current_settings
from django.core.exceptions import ImproperlyConfigured
from redis import Redis

from apps.common import limits
from apps.common.limits import Limit, RateLimited, check, check_without_taking, penalize
from returns_mgmt.settings import _rate

ONE_A_MINUTE = Limit(1, 5, per_s=60)
SetClock = Callable[[int], None]


def wait_of(bucket: str, limit: Limit) -> int:
    """Seconds to wait for the next one; 0 when one was let pass."""
    try:
        check(bucket, limit)
    except RateLimited as refused:
        return refused.retry_after
    return 0


def waits_of(bucket: str, limit: Limit, times: int) -> list[int]:
    return [wait_of(bucket, limit) for _ in range(times)]


def kept() -> dict[str, int]:
    """The buckets of this test that Valkey remembers, with the milliseconds until it forgets."""
    with Redis.from_url(current_settings.REDIS_URL, decode_responses=True) as memory:
        return {
            key.removeprefix(limits.PREFIX): memory.pttl(key)
            for key in memory.scan_iter(f"{limits.PREFIX}*")
        }


def test_the_burst_passes_and_the_next_waits(set_clock: SetClock) -> None:
    assert waits_of("one", ONE_A_MINUTE, 7) == [0, 0, 0, 0, 0, 60, 60]


def test_after_its_time_one_more_passes(set_clock: SetClock) -> None:
    waits_of("one", ONE_A_MINUTE, 5)
    set_clock(1059)
    assert wait_of("one", ONE_A_MINUTE) == 1
    set_clock(1060)
    assert waits_of("one", ONE_A_MINUTE, 2) == [0, 60]
    set_clock(1090)
    assert wait_of("one", ONE_A_MINUTE) == 30


def test_a_rest_fills_the_bucket_and_no_more_than_that(set_clock: SetClock) -> None:
    waits_of("one", ONE_A_MINUTE, 5)
    set_clock(1000 + 3 * 60)
    assert waits_of("one", ONE_A_MINUTE, 4) == [0, 0, 0, 60]
    set_clock(100_000)
    assert waits_of("one", ONE_A_MINUTE, 6) == [0, 0, 0, 0, 0, 60]


def test_whole_seconds_are_rounded_up(set_clock: SetClock) -> None:
    assert waits_of("three a second", Limit(3, 1), 2) == [0, 1]
    assert waits_of("in 90 seconds", Limit(2, 1, per_s=181), 2) == [0, 91]


def test_buckets_do_not_share(set_clock: SetClock) -> None:
    waits_of("one", ONE_A_MINUTE, 6)
    assert waits_of("another", ONE_A_MINUTE, 6) == [0, 0, 0, 0, 0, 60]


def test_threads_at_one_moment_get_the_burst_and_not_one_more(set_clock: SetClock) -> None:
    start = Barrier(20)

    def ask(_: int) -> int:
        start.wait(timeout=60)
        return wait_of("one", Limit(1, 7, per_s=60))

    with ThreadPoolExecutor(20) as pool:
        waits = sorted(pool.map(ask, range(20)))
    assert waits == [0] * 7 + [60] * 13


def test_looking_takes_nothing(set_clock: SetClock) -> None:
    for _ in range(10):
        check_without_taking("one", ONE_A_MINUTE)
    assert kept() == {}
    waits_of("one", ONE_A_MINUTE, 5)
    with pytest.raises(RateLimited) as refused:
        check_without_taking("one", ONE_A_MINUTE)
    assert refused.value.retry_after == 60


def test_a_penalty_takes_and_never_raises(set_clock: SetClock) -> None:
    for _ in range(4):
        penalize("one", ONE_A_MINUTE)
    assert waits_of("one", ONE_A_MINUTE, 2) == [0, 60]
    penalize("one", ONE_A_MINUTE)
    assert wait_of("one", ONE_A_MINUTE) == 60


def test_a_clock_that_is_set_back_locks_nobody_out(set_clock: SetClock) -> None:
    waits_of("one", ONE_A_MINUTE, 3)
    set_clock(10)
    assert wait_of("one", ONE_A_MINUTE) == 60
    set_clock(70)
    assert waits_of("one", ONE_A_MINUTE, 2) == [0, 60]


def test_a_changed_limit_counts_at_once(set_clock: SetClock) -> None:
    waits_of("one", ONE_A_MINUTE, 5)
    assert waits_of("one", Limit(1, 6, per_s=60), 2) == [0, 60]
    assert wait_of("one", Limit(1, 1, per_s=60)) == 60


def test_valkey_forgets_a_bucket_when_it_is_full_again() -> None:
    waits_of("one", Limit(1, 5), 3)
    assert 0 < kept()["one"] <= 3000


@pytest.mark.parametrize("limit", [Limit(0, 0), Limit(0, 100)])
def test_a_rate_of_0_is_no_limit_and_costs_nothing(limit: Limit) -> None:
    assert waits_of("one", limit, 10) == [0] * 10
    assert kept() == {}


def test_a_burst_of_0_lets_one_pass_at_a_time(set_clock: SetClock) -> None:
    assert waits_of("one", Limit(1, 0), 2) == [0, 1]


def test_the_largest_numbers_of_a_profile_can_be_counted() -> None:
    largest = 2_147_483_647
    assert waits_of("fast", Limit(largest, largest), 3) == [0, 0, 0]
    assert waits_of("slow", Limit(1, largest), 3) == [0, 0, 0]


def test_limits_can_be_switched_off(settings: Any) -> None:
    settings.RATE_LIMITS = False
    assert waits_of("one", ONE_A_MINUTE, 10) == [0] * 10
    assert kept() == {}


def test_a_rate_in_the_environment_is_two_numbers_or_0() -> None:
    assert (_rate("20/200"), _rate("0")) == ((20, 200), (0, 0))
    for text in ("", "20", "20/", "/20", "-1/5", "20/s", "2.5/10", "1/2/3"):
        with pytest.raises(ImproperlyConfigured):
            _rate(text)
