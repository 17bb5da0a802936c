"""What web shops post. No register's token: the signature says who speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.addresses import address_of
from apps.common.parsers import BodyTooLarge
from apps.common.throttling import limit_failures
from apps.integrations.commands import ShopMessage
from apps.integrations.services import SignatureInvalid, receive_message


class RawBody(BaseParser):
    """The very bytes, since they are what is signed; at most 1 MiB."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(raw) > settings.MAX_BODY_BYTES:
            raise BodyTooLarge(f"A body may have at most {settings.MAX_BODY_BYTES} bytes.")
        return raw


class InboundOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["received", "duplicate", "ignored"])


def _header(name: str, what: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=what
    )


class InboundShopify(APIView):
    """Webhooks of Shopify, signed with the web shop's secret: orders become sales."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (RawBody,)

    @extend_schema(
        operation_id="inbound_shopify",
        auth=[],
        parameters=[
            _header("X-Shopify-Hmac-Sha256", "base64(HMAC-SHA256(secret, body))", required=True),
            _header("X-Shopify-Topic", "Such as orders/paid.", required=True),
            _header("X-Shopify-Shop-Domain", "Has to be the web shop's, where one is set."),
            _header("X-Shopify-Webhook-Id", "The same again only counts."),
            _header("X-Shopify-Event-Id", "The same again only counts."),
        ],
        request={"application/json": OpenApiTypes.OBJECT},
        responses=InboundOut,
    )
    def post(self, request: Request, shop_id: UUID) -> Response:
        message = _message(request)
        try:
            status = receive_message(shop_id, message, now=timezone.now())
        except SignatureInvalid:
            limit_failures(request)
            raise
        return Response({"status": status})


def _message(request: Request) -> ShopMessage:
    def header(name: str) -> str:
        return request.headers.get(f"X-Shopify-{name}", "").strip()

    raw: Any = request.data
    return ShopMessage(
        raw=raw if isinstance(raw, bytes) else b"",
        signature=header("Hmac-Sha256"),
        topic=header("Topic").lower(),
        domain=header("Shop-Domain"),
        webhook_id=header("Webhook-Id"),
        event_id=header("Event-Id"),
        address=address_of(request),
    )
