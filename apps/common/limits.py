"""Not too often: how many requests a register or an address may send, counted in Valkey.

A bucket is named by a text (`terminal:<id>`) and counted across all processes. Without Valkey
everything passes: a limit protects the service, and must not be what stops it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from apps.common.errors import Busy
from apps.common.valkey import run_script

PREFIX = "limit:"

# The generic cell rate algorithm. All that is kept of a bucket is the moment at which it will be
# full again, in microseconds of Valkey's own clock, so that the servers' clocks do not matter.
# 1. Nothing kept: it is full now.
# 2. A moment further away than that of an empty bucket, since the clock was set back or the limit
#    was changed: it is empty now.
# 3. Each request that passes moves the moment on by one interval. One that would move it beyond
#    that of an empty bucket waits for the difference, and costs nothing.
# 4. When it is full again there is nothing to keep.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst, take = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local empty = now + burst * interval

local function keep(moment)
    redis.call('SET', KEYS[1], string.format('%.0f', moment), 'PX', math.ceil((moment - now) / 1000))
    return moment
end

local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
if full_at > empty then full_at = keep(empty) end
if full_at + interval > empty then return full_at + interval - empty end
if take then keep(full_at + interval) end
return 0
"""


class RateLimited(Busy):
    """Too many requests from one register or address. The next passes in `retry_after` seconds."""

    code = "rate-limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many requests. Try again in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """`rate` requests in `per_s` seconds for as long as one likes, and `burst` of them at once.

    With a rate of 0 there is no limit.
    """

    rate: int
    burst: int
    per_s: int = 1


def check(bucket: str, limit: Limit) -> None:
    """Take one request out of the bucket, or raise `RateLimited` and take nothing."""
    _raise_if_late(_ask(bucket, limit, take=True))


def check_without_taking(bucket: str, limit: Limit) -> None:
    """Raise `RateLimited` if `check` would, and leave the bucket as it is."""
    _raise_if_late(_ask(bucket, limit, take=False))


def penalize(bucket: str, limit: Limit) -> None:
    """Take one out of the bucket, if there is one left; never raises."""
    _ask(bucket, limit, take=True)


def _ask(bucket: str, limit: Limit, *, take: bool) -> int:
    """Microseconds to wait for the next request; 0 when it may pass."""
    if not settings.RATE_LIMITS or limit.rate < 1:
        return 0
    interval = max(1, limit.per_s * 1_000_000 // limit.rate)
    return run_script(SCRIPT, PREFIX + bucket, interval, max(1, limit.burst), int(take)) or 0


def _raise_if_late(wait_us: int) -> None:
    if wait_us > 0:
        raise RateLimited(-(-wait_us // 1_000_000))
