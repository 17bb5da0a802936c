from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.approvals import services as approvals
from apps.approvals.commands import Proof
from apps.approvals.services import ApprovalRefused
from apps.common.fields import written
from apps.common.paging import next_url
from apps.common.throttling import few_wrong_approvals
from apps.common.views import RegisterView, caller_of, read_body, read_query
from apps.idempotency.commands import Answer
from apps.idempotency.http import answer, answer_once
from apps.returns import services
from apps.returns.commands import ShownReturn
from apps.returns.locks import find_return
from apps.returns.selectors import list_returns, show_return
from apps.returns.serializers import (
    CompleteIn,
    ListQuery,
    OneQuery,
    OverrideIn,
    ReturnIn,
    ReturnOut,
    ReturnPageOut,
    VoidIn,
    to_ask,
    to_completion,
    to_ruling,
)


class Quote(RegisterView):
    """The decision and the refund plan, with nothing written."""

    scopes = {"POST": "returns"}

    @extend_schema(operation_id="return_quote", request=ReturnIn, responses=ReturnOut)
    def post(self, request: Request) -> Response:
        ask = to_ask(read_body(ReturnIn, request))
        shown = services.quote_return(ask, caller=caller_of(request), now=timezone.now())
        return Response(written(ReturnOut, shown))


class Returns(RegisterView):
    """Decide; with `complete`, also receive the goods and start the refund, in one call."""

    scopes = {"GET": "read", "POST": "returns"}

    @extend_schema(operation_id="return_submit", request=ReturnIn, responses={201: ReturnOut})
    def post(self, request: Request) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        ask = to_ask(read_body(ReturnIn, request))
        if ask.id_hash:  # the request is remembered by a digest of its body: of this, then
            cast(dict[str, Any], request.data)["id_document"] = ask.id_hash
        return _answer(
            request, "return", 201, lambda: services.submit_return(ask, caller=caller, now=now), now
        )

    @extend_schema(operation_id="return_list", parameters=[ListQuery], responses=ReturnPageOut)
    def get(self, request: Request) -> Response:
        query = read_query(ListQuery, request)
        returns, cursor = list_returns(
            store_id=caller_of(request).store_id,
            status=query["status"],
            since=query.get("since"),
            cursor=query.get("cursor"),
        )
        return Response(
            written(ReturnPageOut, {"items": returns, "next": next_url(request, cursor)})
        )


class OneReturn(RegisterView):
    """A return of the register's own shop."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="return", parameters=[OneQuery], responses=ReturnOut)
    def get(self, request: Request, return_id: UUID) -> Response:
        read_query(OneQuery, request)
        found = find_return(return_id, store_id=caller_of(request).store_id)
        return Response(written(ReturnOut, show_return(found)))


class Complete(RegisterView):
    """The goods of an authorized return are here, all of them or fewer."""

    scopes = {"POST": "returns"}

    @extend_schema(operation_id="return_complete", request=CompleteIn, responses=ReturnOut)
    def post(self, request: Request, return_id: UUID) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        completion = to_completion(read_body(CompleteIn, request))
        return _answer(
            request,
            "complete",
            200,
            lambda: services.complete_return(return_id, completion, caller=caller, now=now),
            now,
        )


class Override(RegisterView):
    """A manager allows a return that waits, or does not, with PIN or badge."""

    scopes = {"POST": "returns"}

    @extend_schema(operation_id="return_override", request=OverrideIn, responses=ReturnOut)
    def post(self, request: Request, return_id: UUID) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        claim, ruling = to_ruling(read_body(OverrideIn, request))
        for secret in ("pin", "badge"):  # the request is remembered without it
            cast(dict[str, Any], request.data).pop(secret, None)
        given: list[Proof] = []

        def prove() -> None:
            with few_wrong_approvals(caller, ApprovalRefused):
                given.append(approvals.prove(claim, actor=caller.actor, now=now))

        def effect() -> Answer:
            shown = services.override_return(
                return_id, ruling, proof=given[0], caller=caller, now=now
            )
            name = f"override:{shown.id}:{len(shown.overrides)}"
            return answer(200, written(ReturnOut, shown), effect=name)

        return answer_once(request, effect, now=now, before=prove)


class Void(RegisterView):
    """Undo an authorized return, or a completed one of which no money has gone back."""

    scopes = {"POST": "returns"}

    @extend_schema(operation_id="return_void", request=VoidIn, responses=ReturnOut)
    def post(self, request: Request, return_id: UUID) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        body = read_body(VoidIn, request)
        return _answer(
            request,
            "void",
            200,
            lambda: services.void_return(return_id, **body, caller=caller, now=now),
            now,
        )


def _answer(
    request: Request, act_name: str, status: int, act: Callable[[], ShownReturn], now: datetime
) -> HttpResponse:
    def effect() -> Answer:
        shown = act()
        return answer(status, written(ReturnOut, shown), effect=f"{act_name}:{shown.id}")

    return answer_once(request, effect, now=now)
