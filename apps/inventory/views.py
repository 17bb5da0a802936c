from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.fields import written
from apps.common.views import RegisterView, caller_of, read_body, read_query
from apps.idempotency.commands import Answer
from apps.idempotency.http import answer, answer_once
from apps.inventory.selectors import item_by_sku, levels_of
from apps.inventory.serializers import CountIn, CountOut, StockOut, StockQuery
from apps.inventory.services import record_count


class Stock(RegisterView):
    """Stock now, here and in other shops."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="stock", parameters=[StockQuery], responses=StockOut)
    def get(self, request: Request) -> Response:
        query = read_query(StockQuery, request)
        levels = levels_of(sku=query["sku"], store_number=query.get("store"))
        return Response(written(StockOut, {"items": levels, "next": None}))


class Counts(RegisterView):
    """A shelf count of the register's own shop."""

    scopes = {"POST": "stock"}

    @extend_schema(operation_id="stock_count", request=CountIn, responses={201: CountOut})
    def post(self, request: Request) -> HttpResponse:
        body, caller, now = read_body(CountIn, request), caller_of(request), timezone.now()

        def effect() -> Answer:
            count = record_count(
                store_id=caller.store_id,
                item=item_by_sku(body["sku"]),
                counted=body["counted"],
                by=body["operator"],
                counted_at=body.get("occurred_at", now),
                actor=caller.actor,
                now=now,
            )
            return answer(201, written(CountOut, count), effect=f"count:{count.pk}")

        return answer_once(request, effect, now=now)
