"""`GET returns/{id}?wait=`: the ordinary answer, once refunds are settled, or a manager has decided."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from django.http import HttpResponseBase
from django.utils import timezone

from apps.events.commands import Cursor
from apps.streams.commands import ForReturn
from apps.streams.hall import Hall
from apps.streams.pages import seconds_left
from apps.streams.ring import Ring
from apps.streams.views.waiting import waiting_of

MOST_S = 10.0


async def wait_for_return(
    wish: ForReturn,
    response: HttpResponseBase,
    ask_again: Callable[[], Awaitable[HttpResponseBase]],
    *,
    ring: Ring,
    seen: Cursor,
    hall: Hall,
) -> HttpResponseBase:
    """Ask again whenever the feed names the return, until the answer has nothing to wait for.

    `seen` is where the ring ended before the return was looked at: what came since may be news.
    When the time is up, the answer is how it stands then.
    """
    most = seconds_left(wish.caller, timezone.now(), MOST_S)
    until = asyncio.get_running_loop().time() + most
    with hall.waiting(wish.caller) as guest:
        while waiting_of(response) and not guest.must_go:
            entries, seen = ring.after(wish.caller.store_id, seen), ring.place
            if entries is None or any(entry.names(wish.return_id) for entry in entries):
                response = await ask_again()
            elif not await guest.wait(until):
                return await ask_again()
    return response
