"""What every request and answer gets: an id, headers, and a look for card numbers in forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.common.cards import contains_card_number
from apps.common.ids import uuid7

# Kept as a hash or not at all, and may well be many digits.
_SECRET = re.compile(r"pin|again|badge|.*password.*")
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


class CardDataMiddleware:
    """A form of the admin that holds what looks like a card number is refused whole: 422, nothing kept.

    Bodies of the API are looked through where they are parsed (`parsers.py`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if request.method != "POST" or not request.path.startswith("/admin/"):
            return None
        typed = (
            value
            for name, values in request.POST.lists()
            if not _SECRET.fullmatch(name)
            for value in values
        )
        if not any(contains_card_number(value) for value in typed):
            return None
        page = render_to_string("card.html", {"request_id": request.request_id})  # type: ignore[attr-defined]
        return HttpResponse(page, status=422)
