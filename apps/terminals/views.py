from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.errors import Invalid
from apps.common.fields import format_instant
from apps.common.parsers import BoundedFormParser
from apps.common.problems import problem_document
from apps.common.views import RegisterView, caller_of
from apps.terminals.serializers import TerminalOut, TokenForm, TokenOut
from apps.terminals.services import InvalidClient, InvalidScope, issue_token


class MalformedForm(Invalid):
    code = "invalid-request"


class UnsupportedGrant(Invalid):
    code = "unsupported-grant-type"


# What RFC 6749 5.2 calls our codes.
_OAUTH_ERRORS = {
    "invalid-request": "invalid_request",
    "invalid-client": "invalid_client",
    "invalid-scope": "invalid_scope",
    "unsupported-grant-type": "unsupported_grant_type",
}


class Token(APIView):
    """OAuth 2.0 client credentials. Errors carry both RFC 6749's `error` and our problem members."""

    authentication_classes = ()
    permission_classes = ()
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
        data = {
            "access_token": issued.token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": " ".join(issued.scopes),
        }
        return Response(data, headers={"Cache-Control": "no-store"})

    def _issue(self, request: Request, form: dict[str, Any]) -> Any:
        if form["grant_type"] != "client_credentials":
            raise UnsupportedGrant("Only grant_type=client_credentials is spoken here.")
        client_id, secret = _basic(request) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        return issue_token(
            client_id=client_id,
            client_secret=secret,
            scope=form.get("scope", ""),
            now=timezone.now(),
        )


class Self(RegisterView):
    """The register's own settings."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="terminal_self", responses=TerminalOut)
    def get(self, request: Request) -> Response:
        now = format_instant(timezone.now())
        context = {"now": now, "stream_url": f"{settings.PUBLIC_URL}/api/v1/"}
        return Response(TerminalOut(caller_of(request), context=context).data)


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
