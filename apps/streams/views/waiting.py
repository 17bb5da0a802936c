"""The ordinary views, for the process that waits: what they would answer, and what for one may wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.problems import MEDIA_TYPE, problem_document
from apps.common.renderers import to_json
from apps.common.views import caller_of, read_query
from apps.events import frames
from apps.events.commands import Cursor
from apps.events.feed import check_cursor, read_cursor
from apps.events.serializers import FeedQuery
from apps.events.store import read_head
from apps.events.views import Changes, Stream, resume_at
from apps.refunds.states import OPEN
from apps.returns.serializers import OneQuery
from apps.returns.states import ReturnStatus
from apps.returns.views.returns import OneReturn
from apps.streams.commands import ForEvents, ForPage, ForReturn, Waiting

_Response = TypeVar("_Response", bound=HttpResponseBase)


class WaitingChanges(Changes):
    def get(self, request: Request) -> Any:
        query = read_query(FeedQuery, request)
        after = _checked(query.get("after"))
        wish = ForPage(caller_of(request), after, query["limit"], query["wait"])
        return _to_wait(HttpResponse(content_type="application/json"), wish)


class WaitingStream(Stream):
    def get(self, request: Request) -> HttpResponse:
        wish = ForEvents(caller_of(request), _checked(resume_at(request)))
        return _to_wait(HttpResponse(headers=frames.HEADERS), wish)


class WaitingReturn(OneReturn):
    """The ordinary answer; a refund on its way, or a manager's word, may be waited for."""

    def get(self, request: Request, return_id: UUID) -> Response:
        response = super().get(request, return_id)
        if _is_open(read_query(OneQuery, request).get("wait", ""), response.data):
            return _to_wait(response, ForReturn(caller_of(request), return_id))
        return response


def _is_open(what: str, shown: Mapping[str, Any]) -> bool:
    """Whether the answer still lacks what the register asked to wait for."""
    if what == "decision":
        return bool(shown["status"] == ReturnStatus.NEEDS_OVERRIDE)
    return what == "refunds" and any(refund["status"] in OPEN for refund in shown["refunds"])


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For every other address."""
    request_id = str(getattr(request, "request_id", ""))
    document = problem_document("not-found", "Only what waits is served here.", request_id)
    return HttpResponse(to_json(document), status=404, content_type=MEDIA_TYPE)


def waiting_of(response: HttpResponseBase) -> Waiting | None:
    """What the request that was answered so would wait for."""
    return getattr(response, "waiting", None)


def _to_wait(response: _Response, wish: Waiting) -> _Response:
    response.waiting = wish  # type: ignore[attr-defined]
    return response


def _checked(after: str | None) -> Cursor | None:
    if after is None:
        return None
    cursor = read_cursor(after)
    check_cursor(cursor, read_head())
    return cursor
