"""The base of every API view: scopes by method, one reading of the input, who asks."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import unquote_plus

from django.conf import settings
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.caller import Caller
from apps.common.cards import contains_card_number
from apps.common.errors import Invalid, NotFound
from apps.common.fields import StrictSerializer
from apps.common.parsers import CardDataRefused
from apps.common.throttling import limit_register


class BodyMissing(Invalid):
    code = "invalid-request"


class RegisterView(APIView):
    """An endpoint for registers. A subclass names its scopes and makes one domain call a method."""

    scopes: ClassVar[dict[str, str]] = {}
    http_method_names = ("get", "post")
    language_before: str | None = None

    def perform_authentication(self, request: Request) -> None:
        """Who asks, and whether too often; before anything else of the request is looked at."""
        super().perform_authentication(request)
        limit_register(caller_of(request))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "\x00" in request.path:
            raise NotFound("No such address.")  # PostgreSQL knows no NUL in a text
        if contains_card_number(unquote_plus(request.get_full_path())):
            raise CardDataRefused
        self.language_before = translation.get_language()
        translation.activate(language_of(request))

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Sentences are said in the register's language, up to here and no further."""
        if self.language_before is not None:
            response.headers.setdefault("Content-Language", translation.get_language() or "")
            translation.activate(self.language_before)
        return super().finalize_response(request, response, *args, **kwargs)


def language_of(request: Request) -> str:
    """What the register asks for with Accept-Language; else its shop's; else the usual one."""
    if request.headers.get("Accept-Language"):
        return translation.get_language_from_request(request._request)
    return caller_of(request).language or settings.LANGUAGE_CODE


def caller_of(request: Request) -> Caller:
    """The register that asks. The permission class has already made sure that there is one."""
    assert isinstance(request.auth, Caller)
    return request.auth


def read_body(serializer: type[StrictSerializer], request: Request) -> Any:
    """The validated body, as plain values; a ValidationError names every field that is wrong."""
    if not isinstance(request.data, dict):
        raise BodyMissing("The body must be a JSON object.")
    return serializer.read(request.data)


def read_query(serializer: type[StrictSerializer], request: Request) -> Any:
    """The validated query string. A parameter given twice, or unknown, is refused."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise Invalid(f"The parameter “{name[:64]}” is given twice.", code="invalid-request")
    return serializer.read(request.query_params.dict())
