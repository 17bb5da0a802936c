"""Reading the feed."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db.models import Q

from apps.common.caller import Caller
from apps.common.errors import Invalid, Refusal
from apps.events.models import Event, FeedHead

_SALT = "change-feed"


class CursorExpired(Refusal):
    code = "cursor-expired"


class CursorUnknown(Invalid):
    code = "cursor-invalid"


@dataclass(frozen=True, slots=True)
class FeedPage:
    items: list[Event]
    next: str
    has_more: bool


def feed_page(*, caller: Caller, after: str | None, limit: int) -> FeedPage:
    """The changes behind `after` that concern this register: its shop's, and everybody's.

    The head is read first: what is placed later belongs to the next page, so a page that found
    less than `limit` may safely continue from the head, past other shops' events.
    """
    head = FeedHead.objects.get(pk=1)
    start = _decode(after, head) if after else 0
    concerns = Q(store_id=caller.store_id) | Q(store_id=None)
    rows = list(
        Event.objects.filter(
            concerns, position__gt=start, position__lte=head.last_position
        ).order_by("position")[: limit + 1]
    )
    has_more = len(rows) > limit
    items = rows[:limit]
    reached = items[-1].position if has_more else max(head.last_position, start)
    return FeedPage(items, _encode(reached or 0, head), has_more)


def _encode(position: int, head: FeedHead) -> str:
    return signing.dumps([str(head.epoch), position], salt=_SALT)


def _decode(cursor: str, head: FeedHead) -> int:
    try:
        epoch, position = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise CursorUnknown("Follow `next` as it was given.") from error
    if epoch != str(head.epoch):
        raise CursorExpired("This cursor is of another epoch of the feed. Begin without `after`.")
    return int(position)
