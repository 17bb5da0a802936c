"""From single latencies to what a point measured, and from rounds to what is printed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from bench.cpu import Reading


@dataclass(frozen=True, slots=True)
class Point:
    """One thing measured once: how many a second, and how long each took (in milliseconds)."""

    rate: float
    p50: float
    p95: float
    p99: float
    done: int
    errors: int = 0
    cpu_ms: dict[str, float] = field(default_factory=dict)  # by server, for each that was done
    others: float = 0.0  # cores that programs not of this run used meanwhile


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of the rounds, with the lowest and the highest."""

    middle: float
    low: float
    high: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the (sorted) values does not exceed."""
    if not ordered:
        return 0.0
    place = max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)
    return ordered[place]


def point(latencies: Sequence[float], seconds: float, errors: int = 0) -> Point:
    ordered = sorted(latencies)
    rate = len(ordered) / seconds if seconds > 0 else 0.0
    p50, p95, p99 = (percentile(ordered, share) for share in (0.50, 0.95, 0.99))
    return Point(rate, p50, p95, p99, len(ordered), errors)


def with_cpu(measured: Point, before: Reading, after: Reading) -> Point:
    """The point with what each server worked for one call, and how many cores others used."""
    done = max(1, measured.done)
    spent = {n: (after.servers[n] - before.servers[n]) * 1000 / done for n in after.servers}
    foreign = (after.everybody - before.everybody) - (after.ours - before.ours)
    return replace(
        measured, cpu_ms=spent, others=max(0.0, foreign / max(0.001, after.at - before.at))
    )


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


def ratio(ours: Sequence[Point], floor: Sequence[Point]) -> Spread:
    """Ours over the floor, round by round: a slow minute of the machine slows both."""
    return spread([mine.rate / theirs.rate for mine, theirs in zip(ours, floor, strict=True)])
