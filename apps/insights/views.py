"""For the platform: alive, ready; and the page behind every problem's `type`."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from apps.common.problems import MEDIA_TYPE, PROBLEMS, problem_document
from apps.common.renderers import to_json


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Says nothing of what it depends on."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether returns can be decided: the database answers. The broker is told, and not needed."""
    checks = {"database": _database_answers(), "broker": _broker_answers()}
    ready = checks["database"]
    return JsonResponse(
        {"status": "ready" if ready else "unavailable", "checks": checks},
        status=200 if ready else 503,
    )


def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem means, for the person who follows its `type`."""
    if code not in PROBLEMS:
        raise Http404
    return render(request, "problem.html", {"code": code, "problem": PROBLEMS[code]})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Unknown addresses: a problem document below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return _problem(request, "not-found")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our mistake, or a database that is restarting: said in the asker's language, without detail."""
    if request.path.startswith("/api/"):
        return _problem(request, "internal-error")
    page = render_to_string("500.html", {"request_id": getattr(request, "request_id", "")})
    return HttpResponse(page, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read at all: a foreign host name, an unknown charset, a broken form."""
    if request.path.startswith("/api/"):
        return _problem(request, "request-malformed")
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not for this role."""
    if request.path.startswith("/api/"):
        return _problem(request, "scope-missing")
    return _page(request, "403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or is too old: said without saying which check it was."""
    return _page(request, "csrf.html", 403)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Without anything that reads the request: it may be what cannot be read."""
    page = render_to_string(template, {"request_id": getattr(request, "request_id", "")})
    return HttpResponse(page, status=status)


def _problem(request: HttpRequest, code: str) -> HttpResponse:
    document = problem_document(code, None, str(getattr(request, "request_id", "")))
    return HttpResponse(to_json(document), status=document["status"], content_type=MEDIA_TYPE)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever it is, we are not ready
        return False
    return True


def _broker_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
