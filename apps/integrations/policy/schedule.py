"""When a delivery is tried again (Standard Webhooks 1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

# Before each attempt, the first included: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
STANDARD = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
SPREAD = 0.2
LONGEST_ASKED_FOR = timedelta(days=1)


def wait_before_next(
    attempts: int, schedule: Sequence[int], *, dice: float, asked: timedelta | None = None
) -> timedelta | None:
    """How long to wait after `attempts` attempts; None when there are no more.

    The spread of ±20 % (`dice` in [0, 1)) keeps what failed together from coming back together. What
    the receiver asks for (`Retry-After`) is never undercut, up to a day.
    """
    if attempts >= len(schedule):
        return None
    own = timedelta(seconds=schedule[attempts] * (1 - SPREAD + 2 * SPREAD * dice))
    return max(own, min(asked, LONGEST_ASKED_FOR)) if asked else own
