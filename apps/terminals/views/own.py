from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.addresses import address_of
from apps.common.fields import written
from apps.common.views import RegisterView, caller_of, read_body
from apps.idempotency.http import optional_key
from apps.terminals import services
from apps.terminals.serializers import (
    HeartbeatIn,
    KeyIn,
    KeyOut,
    PulseOut,
)
from apps.terminals.services.heartbeats import Beat


class Keys(RegisterView):
    """A new key of the register's own, posted under the old one. The same key again is harmless."""

    scopes = {"POST": "self"}

    @extend_schema(operation_id="terminal_key", request=KeyIn, responses={201: KeyOut})
    def post(self, request: Request) -> Response:
        body = read_body(KeyIn, request)
        posted = services.post_credential(
            jwk=body.get("jwk"),
            proof=body.get("proof"),
            asked_under=optional_key(request),
            caller=caller_of(request),
            now=timezone.now(),
        )
        return Response(written(KeyOut, posted), status=201, headers={"Cache-Control": "no-store"})


class Heartbeat(RegisterView):
    """The register lives. Said over and over, so it needs no Idempotency-Key."""

    scopes = {"POST": "self"}

    @extend_schema(operation_id="terminal_heartbeat", request=HeartbeatIn, responses=PulseOut)
    def post(self, request: Request) -> Response:
        body, now = read_body(HeartbeatIn, request), timezone.now()
        beat = Beat(
            software_version=body["software_version"],
            hardware=body["hardware"],
            clock=body.get("clock"),
            queue_depth=body.get("queue_depth"),
            ip=address_of(request) or None,
        )
        pulse = services.note_heartbeat(beat, caller=caller_of(request), now=now)
        return Response(PulseOut(pulse, context={"now": now}).data)
