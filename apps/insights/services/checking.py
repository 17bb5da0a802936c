"""Running the invariants: on a connection that cannot write, for the command, the beat and the tests."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.common.snapshot import read_only_cursor
from apps.insights.card_scan import count_card_numbers
from apps.insights.invariants import INVARIANTS
from apps.insights.models import VerifyRun

CARDS = ("13.1", "no text anywhere holds a card number")


@dataclass(frozen=True, slots=True)
class Result:
    """One invariant, and how many rows break it."""

    number: str
    promise: str
    violations: int


def check_invariants(cursor: Any) -> Iterator[Result]:
    """Each invariant in turn, on any cursor; nothing is written."""
    for invariant in INVARIANTS:
        cursor.execute(invariant.sql)
        yield Result(invariant.number, invariant.promise, cursor.fetchone()[0])
    yield Result(*CARDS, count_card_numbers(cursor))


def run_and_keep(*, now: datetime) -> VerifyRun:
    """Check everything and keep the result for the dashboard."""
    began = time.monotonic()
    with read_only_cursor() as cursor:
        results = list(check_invariants(cursor))
    return keep(results, seconds=time.monotonic() - began, now=now)


def keep(results: Sequence[Result], *, seconds: float, now: datetime) -> VerifyRun:
    """Write a finished check down, on the ordinary connection."""
    return VerifyRun.objects.create(
        at=now,
        seconds=Decimal(str(round(seconds, 3))),
        violations=sum(result.violations for result in results),
        results=[asdict(result) for result in results],
    )
