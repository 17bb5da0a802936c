from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.fields import written
from apps.common.renderers import JSONRenderer, to_json
from apps.common.views import RegisterView, caller_of, read_query
from apps.events import frames
from apps.events.feed import FeedPage, feed_page, write_cursor
from apps.events.serializers import EventOut, FeedOut, FeedQuery, StreamQuery

STREAM_PAGE = 500
COME_AGAIN_MS = 5_000


class Changes(RegisterView):
    """The change feed, page by page. At-least-once: dedupe on `id`."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="changes", parameters=[FeedQuery], responses=FeedOut)
    def get(self, request: Request) -> Response:
        query = read_query(FeedQuery, request)
        page = feed_page(caller=caller_of(request), after=query.get("after"), limit=query["limit"])
        return Response(written(FeedOut, page))


class EventStreamRenderer(JSONRenderer):
    """For who accepts a stream only: what is refused is JSON all the same."""

    media_type = frames.MEDIA_TYPE


class Stream(RegisterView):
    """The change feed as server-sent events. Here one page and the end; `stream_url` goes on."""

    scopes = {"GET": "read"}
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        operation_id="changes_stream",
        parameters=[StreamQuery],
        responses={(200, frames.MEDIA_TYPE): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        page = feed_page(caller=caller_of(request), after=resume_at(request), limit=STREAM_PAGE)
        return HttpResponse(_as_stream(page), headers=frames.HEADERS)


def resume_at(request: Request) -> str | None:
    """The cursor to go on from: what came last on an earlier stream, else `after`."""
    query = read_query(StreamQuery, request)
    if last := request.headers.get("Last-Event-ID"):
        query = StreamQuery.read({"after": last})
    after: str | None = query.get("after")
    return after


def _as_stream(page: FeedPage) -> bytes:
    """Each event goes by the cursor behind it; the last one by the page's, past other shops' events."""
    epoch = page.epoch
    told = [
        frames.event_frame(
            write_cursor(epoch, event.position or 0), event.type, to_json(written(EventOut, event))
        )
        for event in page.items
    ]
    wait = 0 if page.has_more else COME_AGAIN_MS
    return b"".join([*told, frames.end_frame(page.next, "page", retry_ms=wait)])
