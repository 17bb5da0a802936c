"""What a view needs: read the key, run the effect once, answer byte for byte."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse
from rest_framework.request import Request

from apps.common.cards import contains_card_number
from apps.common.errors import Invalid
from apps.common.parsers import CardDataRefused
from apps.common.renderers import to_json
from apps.common.views import caller_of
from apps.idempotency.commands import Answer, Attempt
from apps.idempotency.services import is_answered, run_once

_KEY = re.compile(r"[\x21-\x7e]{16,255}")


class KeyMissing(Invalid):
    code = "idempotency-key-missing"


class KeyInvalid(Invalid):
    code = "idempotency-key-invalid"


def answer_once(
    request: Request,
    effect: Callable[[], Answer],
    *,
    now: datetime,
    before: Callable[[], None] | None = None,
) -> HttpResponse:
    """Run `effect` under the request's Idempotency-Key and answer with its stored bytes.

    `before` runs first, outside the transaction of the effect, unless the key has its answer: what
    it writes stays, even if it refuses.
    """
    attempt = Attempt(
        terminal_id=caller_of(request).terminal_id,
        key=read_key(request),
        fingerprint=fingerprint(request),
        method=str(request.method),
        path=request.path[:255],
        request_id=caller_of(request).request_id,
        now=now,
    )
    if before is not None and not is_answered(attempt):
        before()
    answer = run_once(attempt, effect)
    media_type = "application/json" if answer.status < 400 else "application/problem+json"
    response = HttpResponse(answer.body, status=answer.status, content_type=media_type)
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
        response["Original-Request-Id"] = answer.original_request_id
    return response


def answer(status: int, data: Any, *, effect: str, keep: bool = True) -> Answer:
    """An `Answer` with `data` as the bytes that will go out."""
    return Answer(status=status, body=to_json(data), effect=effect, keep=keep)


def read_key(request: Request) -> str:
    """The Idempotency-Key, bare or as a quoted structured-field string."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        raise KeyMissing("Every POST that changes something needs an Idempotency-Key.")
    if len(given) >= 2 and given[0] == given[-1] == '"':
        given = given[1:-1]
    if not _KEY.fullmatch(given):
        raise KeyInvalid("An Idempotency-Key has 16 to 255 visible ASCII characters.")
    if contains_card_number(given):
        raise CardDataRefused
    return given


def optional_key(request: Request) -> str | None:
    """The Idempotency-Key where one is welcome but not needed."""
    return read_key(request) if request.headers.get("Idempotency-Key", "").strip() else None


def fingerprint(request: Request) -> bytes:
    """SHA-256 over method, path with sorted query, and canonical body."""
    query = urlencode(
        sorted(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True))
    )
    head = f"{request.method}\n{request.path}?{query}\n".encode()
    return hashlib.sha256(head + canonical_json(request.data)).digest()


def canonical_json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), default=str).encode()
