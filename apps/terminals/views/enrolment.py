from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.fields import written
from apps.common.throttling import PerAddress, few_wrong_codes
from apps.common.views import read_body
from apps.idempotency.http import optional_key
from apps.terminals.serializers import EnrolIn, EnrolOut
from apps.terminals.services import Enrolment, EnrolmentCodeInvalid, enrol


class Enrol(APIView):
    """A register that is new here trades a one-use code for an identity. Needs no token."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (PerAddress,)

    @extend_schema(operation_id="enrol", request=EnrolIn, responses={201: EnrolOut})
    def post(self, request: Request) -> Response:
        body, now = read_body(EnrolIn, request), timezone.now()
        wanted = Enrolment(
            code=body["code"],
            jwk=body.get("jwk"),
            asked_under=optional_key(request),
            hardware=body["hardware"],
            software=body["software"],
            request_id=str(getattr(request, "request_id", "")),
        )
        with few_wrong_codes(request, EnrolmentCodeInvalid):
            enrolled = enrol(wanted, now=now)
        headers = {"Cache-Control": "no-store"}
        if enrolled.replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(written(EnrolOut, enrolled), status=201, headers=headers)
