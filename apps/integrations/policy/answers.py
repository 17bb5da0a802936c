"""What an answer means for a delivery."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

OK, RETRY, PERMANENT, GONE = "ok", "retry", "permanent", "gone"
PERMANENT_TRIES = 3  # a receiver may say 422 while it is being mended


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kind`: ok, retry, permanent (no repetition heals it) or gone (wants to hear no more).

    `cause` groups what went wrong: `status 503`, `timed-out`. `detail` is what was said, for people.
    """

    kind: str
    cause: str = ""
    detail: str = ""
    retry_after: timedelta | None = None

    @property
    def ok(self) -> bool:
        return self.kind == OK


def judge(
    status: int | None,
    problem: str,
    *,
    permanent: Collection[int],
    retry_after: str = "",
    now: datetime,
) -> Outcome:
    """2xx is success and nothing else is: a redirect is not followed, so it is a failure.

    410 ends all deliveries to a destination (Standard Webhooks).
    """
    if status is None:
        return Outcome(RETRY, problem or "no answer")
    if 200 <= status < 300:
        return Outcome(OK)
    cause = f"status {status}"
    if status == 410:
        return Outcome(GONE, cause)
    if status in permanent:
        return Outcome(PERMANENT, cause)
    return Outcome(RETRY, cause, retry_after=read_retry_after(retry_after, now))


def read_retry_after(value: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date; None when there is none, or it is nonsense."""
    if value.isascii() and value.strip().isdigit():
        return timedelta(seconds=min(int(value[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(0), moment - now)
