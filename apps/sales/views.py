from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.caller import Caller
from apps.common.errors import NotYours, Refusal
from apps.common.fields import written
from apps.common.paging import next_url
from apps.common.problems import exception_handler, problem_document
from apps.common.views import RegisterView, caller_of, read_body, read_query
from apps.idempotency.commands import Answer
from apps.idempotency.http import answer, answer_once
from apps.sales.commands import NewSale, SaleKey
from apps.sales.selectors import Search, sale_by_key, search_sales
from apps.sales.serializers import (
    BatchIn,
    BatchOut,
    KeyQuery,
    SaleIn,
    SaleOut,
    SalePageOut,
    SaleTakenOut,
    SearchQuery,
    to_command,
)
from apps.sales.services import TakenIn, check_sale, record_sales


class ForeignStore(NotYours):
    code = "foreign-store"


class Sales(RegisterView):
    """Taking a sale in, and reading one by its natural key."""

    scopes = {"GET": "read", "POST": "sales"}

    @extend_schema(
        operation_id="sale_create", request=SaleIn, responses={201: SaleTakenOut, 200: SaleTakenOut}
    )
    def post(self, request: Request) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        sale = _sale(read_body(SaleIn, request), caller)

        def effect() -> Answer:
            taken = record_sales([sale], [request.data], caller=caller, now=now)[0]
            return _answer(taken, caller.request_id)

        return answer_once(request, effect, now=now)

    @extend_schema(operation_id="sale_by_natural_key", parameters=[KeyQuery], responses=SaleOut)
    def get(self, request: Request) -> Response:
        query = read_query(KeyQuery, request)
        return Response(written(SaleOut, sale_by_key(SaleKey(**query))))


class SalesBatch(RegisterView):
    """Up to 500 sales; each gets its own answer, and one that is refused stops no other."""

    scopes = {"POST": "sales"}

    @extend_schema(operation_id="sale_batch", request=BatchIn, responses=BatchOut)
    def post(self, request: Request) -> HttpResponse:
        caller, now = caller_of(request), timezone.now()
        bodies = read_body(BatchIn, request)["sales"]

        def effect() -> Answer:
            return answer(200, {"items": _take_batch(bodies, caller, now)}, effect="")

        return answer_once(request, effect, now=now)


class SaleByReceipt(RegisterView):
    """The sale, with what can still come back and what can still be refunded."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="sale", responses=SaleOut)
    def get(self, request: Request, receipt_number: str) -> Response:
        return Response(written(SaleOut, sale_by_key(SaleKey(receipt_number=receipt_number))))


class SaleSearch(RegisterView):
    """A customer without a receipt: earlier sales with something left to return, newest first."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="sale_search", parameters=[SearchQuery], responses=SalePageOut)
    def get(self, request: Request) -> Response:
        query = read_query(SearchQuery, request)
        search = Search(
            customer=query["customer"],
            sku=query["sku"],
            serial=query["serial"],
            card=query["card_fingerprint"],
            since=query.get("from"),
            until=query.get("to"),
        )
        sales, cursor = search_sales(search, cursor=query.get("cursor"))
        return Response(written(SalePageOut, {"items": sales, "next": next_url(request, cursor)}))


def _sale(data: dict[str, Any], caller: Caller) -> NewSale:
    """The body as a command: of the register's own shop, with numbers that add up."""
    if data.get("store", caller.store_number) != caller.store_number:
        raise ForeignStore("A register takes in sales of its own shop only.")
    sale = to_command(data)
    check_sale(sale)
    return sale


def _answer(taken: TakenIn, request_id: str) -> Answer:
    """201 for a new sale, 200 for the same again, 409 (never stored) for another under its number."""
    if taken.outcome == "conflict":
        document = problem_document("sale-conflict", None, request_id)
        return answer(409, document, effect="", keep=False)
    if taken.outcome == "duplicate":
        return answer(200, written(SaleTakenOut, taken), effect="")
    return answer(201, written(SaleTakenOut, taken), effect=f"sale:{taken.sale_id}")


def _take_batch(bodies: list[Any], caller: Caller, now: Any) -> list[dict[str, Any]]:
    answers: dict[int, dict[str, Any]] = {}
    good: dict[int, NewSale] = {}
    for index, body in enumerate(bodies):
        try:
            good[index] = _one_of_batch(body, caller)
        except (ValidationError, Refusal) as error:
            problem = {**exception_handler(error, {}).data, "request_id": caller.request_id}
            answers[index] = {"index": index, "status": "refused", "problem": problem}
    taken = record_sales(list(good.values()), [bodies[i] for i in good], caller=caller, now=now)
    for index, one in zip(good, taken, strict=True):
        answers[index] = {
            "index": index,
            "status": one.outcome,
            "id": str(one.sale_id),
            "receipt_number": one.receipt_number,
        }
    return [answers[index] for index in range(len(bodies))]


def _one_of_batch(body: Any, caller: Caller) -> NewSale:
    form = SaleIn(data=body)
    form.is_valid(raise_exception=True)
    return _sale(form.validated_data, caller)
