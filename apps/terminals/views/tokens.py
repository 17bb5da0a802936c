from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.errors import Invalid
from apps.common.fields import written
from apps.common.parsers import BoundedFormParser
from apps.common.problems import problem_document
from apps.common.throttling import PerAddress
from apps.terminals.serializers import TokenForm, TokenOut
from apps.terminals.services import (
    InvalidClient,
    InvalidScope,
    IssuedToken,
    issue_token,
    issue_token_by_assertion,
)


class MalformedForm(Invalid):
    code = "invalid-request"


class UnsupportedGrant(Invalid):
    code = "unsupported-grant-type"


JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# What RFC 6749 5.2 calls our codes.
_OAUTH_ERRORS = {
    "invalid-request": "invalid_request",
    "invalid-client": "invalid_client",
    "assertion-clock": "invalid_client",
    "invalid-scope": "invalid_scope",
    "unsupported-grant-type": "unsupported_grant_type",
}


class Token(APIView):
    """OAuth 2.0 client credentials. Errors carry both RFC 6749's `error` and our problem members."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (PerAddress,)
    parser_classes = (BoundedFormParser,)

    @extend_schema(
        operation_id="token",
        request={"application/x-www-form-urlencoded": TokenForm},
        responses=TokenOut,
    )
    def post(self, request: Request) -> Response:
        form = TokenForm(data=request.data)
        try:
            if not form.is_valid():
                raise MalformedForm(f"Missing or not usable: {', '.join(sorted(form.errors))}.")
            issued = self._issue(request, form.validated_data)
        except (MalformedForm, InvalidClient, InvalidScope, UnsupportedGrant) as error:
            return _oauth_error(error.code, error.detail, str(getattr(request, "request_id", "")))
        return Response(written(TokenOut, issued), headers={"Cache-Control": "no-store"})

    def _issue(self, request: Request, form: dict[str, Any]) -> IssuedToken:
        if form["grant_type"] != "client_credentials":
            raise UnsupportedGrant("Only grant_type=client_credentials is spoken here.")
        scope, now = form.get("scope", ""), timezone.now()
        if "client_assertion" in form:
            if form.get("client_assertion_type") != JWT_BEARER:
                raise MalformedForm(f"client_assertion_type must be {JWT_BEARER}.")
            return issue_token_by_assertion(
                assertion=form["client_assertion"],
                client_id=form.get("client_id", ""),
                scope=scope,
                now=now,
            )
        client_id, secret = _basic(request) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        return issue_token(client_id=client_id, client_secret=secret, scope=scope, now=now)


def _basic(request: Request) -> tuple[str, str] | None:
    """Client id and secret from HTTP Basic, form-decoded as RFC 6749 2.3.1 asks."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient("Unknown client or wrong secret.") from None
    return unquote_plus(client_id), unquote_plus(secret)


def _oauth_error(code: str, detail: str, request_id: str) -> Response:
    document = problem_document(code, detail, request_id)
    body = {"error": _OAUTH_ERRORS[code], "error_description": detail, **document}
    response = Response(body, status=document["status"], headers={"Cache-Control": "no-store"})
    if document["status"] == 401:
        response["WWW-Authenticate"] = 'Basic realm="oauth/token"'
    return response
