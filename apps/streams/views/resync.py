from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.fields import written
from apps.common.paging import next_url
from apps.common.views import RegisterView, caller_of, read_query
from apps.streams.selectors import resync_page
from apps.streams.serializers import ResyncOut, ResyncQuery


class Resync(RegisterView):
    """How things stand for this register's shop, and from where to follow the feed after it."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="changes_resync", parameters=[ResyncQuery], responses=ResyncOut)
    def get(self, request: Request) -> Response:
        query = read_query(ResyncQuery, request)
        page = resync_page(store_id=caller_of(request).store_id, cursor=query.get("cursor"))
        shown = {
            "after": page.after,
            "items": page.items,
            "next": next_url(request, page.cursor),
        }
        return Response(written(ResyncOut, shown))
