from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.views import RegisterView, caller_of, read_query
from apps.events.selectors import feed_page
from apps.events.serializers import FeedOut, FeedQuery


class Changes(RegisterView):
    """The change feed, page by page. At-least-once: dedupe on `id`."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="changes", parameters=[FeedQuery], responses=FeedOut)
    def get(self, request: Request) -> Response:
        query = read_query(FeedQuery, request)
        page = feed_page(caller=caller_of(request), after=query.get("after"), limit=query["limit"])
        return Response(FeedOut(page).data)
