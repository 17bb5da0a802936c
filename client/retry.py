"""When to send a request again, and how long to wait before: pure rules, no clock and no dice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits grow from `first_wait` to `longest_wait`; whichever bound is hit first ends it.

    All times are seconds.
    """

    attempts: int = 8
    first_wait: float = 0.25
    longest_wait: float = 10.0
    give_up_after: float = 60.0

    def wait_before_next(self, attempt: int, retry_after: float | None, dice: float) -> float:
        """Seconds to wait after the `attempt`-th failure (from 0); `dice` is in [0, 1).

        The spread keeps a thousand registers from coming back in the same instant.
        What the server asks for is a lower bound: never earlier, a little later.
        """
        if retry_after is not None:
            return retry_after + self.first_wait * dice
        wait = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt, 30))
        return wait * (0.5 + 0.5 * dice)

    def allows_another(self, attempts_made: int, elapsed: float, wait: float) -> bool:
        return attempts_made < self.attempts and elapsed + wait <= self.give_up_after


ONCE = RetryPolicy(attempts=1)


def is_worth_repeating(status: int, code: str) -> bool:
    """True where the same request, sent later, may well be answered otherwise."""
    return status in BUSY_STATUSES or (status == 409 and code == "idempotency-in-progress")


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, which holds a number or an HTTP date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    moment = read_http_date(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def read_http_date(value: str | None) -> datetime | None:
    """The moment in a header such as Date, to the second."""
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
