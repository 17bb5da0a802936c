"""Long polls: a page of the feed, as soon as there is something on it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from django.utils import timezone

from apps.common.caller import Caller
from apps.common.renderers import to_json
from apps.streams.commands import ForPage
from apps.streams.hall import Hall
from apps.streams.reader import Reader, Some


async def wait_for_page(wish: ForPage, reader: Reader, hall: Hall) -> Some:
    """Something, or nothing when the time is up, the token ends, or the process does."""
    until = asyncio.get_running_loop().time() + seconds_left(
        wish.caller, timezone.now(), wish.seconds
    )
    in_time = True
    with hall.waiting(wish.caller) as guest:
        while True:
            found = await reader.some(wish.limit)
            if found.entries or guest.must_go or not in_time:
                return found
            in_time = await guest.wait(until)


def page_body(found: Some, cursor: str) -> bytes:
    """What the ordinary view answers with these events, byte for byte."""
    items = b",".join(entry.item for entry in found.entries)
    more = to_json(found.has_more)
    return b'{"items":[%b],"next":%b,"has_more":%b}' % (items, to_json(cursor), more)


def seconds_left(caller: Caller, now: datetime, most: float) -> float:
    """How long this register may wait: until its token ends, and `most` at most."""
    if caller.good_until is None:
        return most
    return max(0.0, min(most, (caller.good_until - now).total_seconds()))
