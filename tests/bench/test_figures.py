from __future__ import annotations

import pytest

from bench.cpu import Reading
from bench.figures import percentile, point, ratio, spread, with_cpu


@pytest.mark.parametrize(
    ("share", "expected"), [(0.50, 50), (0.95, 95), (0.99, 99), (0.001, 1), (1.0, 100)]
)
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert percentile([float(n) for n in range(1, 101)], share) == expected


def test_of_one_value_every_percentile_is_that_value() -> None:
    assert {percentile([7.0], share) for share in (0.5, 0.95, 0.99)} == {7.0}


def test_a_point_counts_what_was_done_in_its_time() -> None:
    measured = point([3.0, 1.0, 2.0, 4.0], seconds=2, errors=1)

    assert (measured.rate, measured.p50, measured.p99, measured.done) == (2.0, 2.0, 4.0, 4)
    assert measured.errors == 1


def test_nothing_done_is_no_division_by_zero() -> None:
    assert point([], seconds=0).rate == 0


def test_a_ratio_is_taken_round_by_round() -> None:
    ours = [point([1.0] * n, seconds=1) for n in (10, 5)]
    floor = [point([1.0] * n, seconds=1) for n in (40, 20)]

    assert ratio(ours, floor) == spread([0.25, 0.25])


def test_processor_time_is_shared_out_and_the_rest_is_others() -> None:
    before = Reading(at=0, servers={"web": 1.0}, ours=2.0, everybody=10.0)
    after = Reading(at=2, servers={"web": 1.5}, ours=3.0, everybody=12.0)

    measured = with_cpu(point([1.0] * 100, seconds=2), before, after)

    assert measured.cpu_ms == {"web": 5.0}
    assert measured.others == 0.5
