"""Reading the feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing

from apps.common.caller import Caller
from apps.common.errors import Invalid, Refusal
from apps.events import store
from apps.events.commands import Cursor, Head
from apps.events.models import Event

_SALT = "change-feed"


class CursorExpired(Refusal):
    """What followed the cursor is no longer there. `link` leads to what a reader needs instead."""

    code = "cursor-expired"
    link = "changes/resync"


class CursorUnknown(Invalid):
    code = "cursor-invalid"


@dataclass(frozen=True, slots=True)
class FeedRows:
    """Rows for `store.to_event`, and the place up to which a reader has then read everything."""

    epoch: str
    rows: list[tuple[Any, ...]]
    reached: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class FeedPage:
    epoch: str
    items: list[Event]
    next: str
    has_more: bool


def feed_page(*, caller: Caller, after: str | None, limit: int) -> FeedPage:
    """The changes behind `after` that concern this register: its shop's, and everybody's."""
    start = read_cursor(after) if after else None
    found = feed_rows(store_id=caller.store_id, after=start, limit=limit)
    reached = write_cursor(found.epoch, found.reached)
    return FeedPage(
        found.epoch, [store.to_event(row) for row in found.rows], reached, found.has_more
    )


def feed_rows(*, store_id: int, after: Cursor | None, limit: int) -> FeedRows:
    """The same for a cursor that was read, and as rows; from the beginning without one.

    A page that found all there is goes on from the head, past other shops' events.
    """
    position = after.position if after else 0
    head, rows = store.read_page(store_id, position, limit + 1)
    if after:
        check_cursor(after, head)
    has_more = len(rows) > limit
    reached = rows[limit - 1][2] if has_more else max(head.last, position)
    return FeedRows(str(head.epoch), rows[:limit], reached, has_more)


def check_cursor(cursor: Cursor, head: Head) -> None:
    """CursorExpired when events behind it were forgotten, or when it is of another epoch."""
    if cursor.epoch != str(head.epoch):
        raise CursorExpired("This cursor is of another epoch of the feed. Resynchronise.")
    if cursor.position + 1 < head.first:
        raise CursorExpired("What followed this cursor is no longer kept. Resynchronise.")


def write_cursor(epoch: str, position: int) -> str:
    """The opaque text that a reader stores."""
    return signing.dumps([epoch, position], salt=_SALT)


def read_cursor(text: str) -> Cursor:
    """CursorUnknown for anything that we did not write."""
    try:
        epoch, position = signing.loads(text, salt=_SALT)
    except signing.BadSignature as error:
        raise CursorUnknown("Follow `next` as it was given.") from error
    return Cursor(str(epoch), int(position))
