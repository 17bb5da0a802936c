"""What every request and answer gets: an id, and headers."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.common.cards import contains_card_number
from apps.common.ids import uuid7

_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class HeadersMiddleware:
    """What Django does not say by itself: no sensors for our pages, and no copies of the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/admin/"):
            response["Cache-Control"] = "no-store"
        return response


class RequestIdMiddleware:
    """The register's own id if it is a sane one, else a fresh one.

    Sets `request.request_id`, and answers it in `X-Request-Id`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        sane = _SANE.fullmatch(given) and not contains_card_number(given)
        request_id = given if sane else str(uuid7())
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
