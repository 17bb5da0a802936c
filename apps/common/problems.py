"""The only place that knows HTTP codes: every refusal becomes an RFC 9457 problem document.

`PROBLEMS` is the whole catalogue; docs/api.md lists it, and a test holds the two together.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.common.errors import FieldError, Refusal

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the catalogue: HTTP status, short title, what it means and what to do."""

    status: int
    title: str
    meaning: str


PROBLEMS: dict[str, Problem] = {
    "malformed-json": Problem(400, "The body is not JSON", "Not UTF-8, not JSON, NaN or Infinity, NUL characters, or nested more than 32 deep. Mend the body; nothing was changed."),
    "duplicate-key": Problem(400, "A key stands twice", "An object in the body names the same key twice, so it could be read in two ways."),
    "invalid-request": Problem(400, "The request does not fit the contract", "A field is missing, unknown, of the wrong type or out of range. `errors` names each one."),
    "numbers-do-not-add-up": Problem(400, "The numbers do not add up", "Lines less discounts, total and tenders of a sale must agree. `errors` names the difference."),
    "request-malformed": Problem(400, "The request cannot be read", "Its host name, its character set or the way it is encoded is not one we take."),
    "idempotency-key-missing": Problem(400, "Idempotency-Key is missing", "Every POST that changes something needs one."),
    "idempotency-key-invalid": Problem(400, "Idempotency-Key is not usable", "16 to 255 visible ASCII characters, bare or quoted."),
    "cursor-invalid": Problem(400, "The cursor is not one of ours", "Follow `next` as it was given; do not build cursors."),
    "invalid-client": Problem(401, "Unknown client or wrong secret", "The OAuth client credentials are not valid. Rotate or enrol the register again."),
    "assertion-clock": Problem(401, "The register's clock is wrong", "The assertion is properly signed, but its times are too far from ours. Take the time from the answer's `Date` header and sign again."),
    "enrolment-code-invalid": Problem(401, "The enrolment code is not valid", "Unknown, replaced by a newer one, or older than 15 minutes. Ask an administrator for a new one."),
    "token-missing": Problem(401, "No access token", "Send `Authorization: Bearer …` with a token from `POST oauth/token`."),
    "token-invalid": Problem(401, "The access token is not valid", "Unknown or revoked. Ask for a new one; resend with the same Idempotency-Key."),
    "token-expired": Problem(401, "The access token has expired", "Ask for a new one; resend with the same Idempotency-Key."),
    "signature-invalid": Problem(401, "The signature does not fit", "No secret of the web shop made this signature over these bytes, or the message is another shop's. Nothing of it was kept."),
    "scope-missing": Problem(403, "The register's profile does not allow this", "An administrator can give the register another profile."),
    "terminal-not-active": Problem(403, "The register is not active", "It is pending, suspended or retired. An administrator can activate it."),
    "foreign-store": Problem(403, "Another shop's business", "A register takes in sales and counts of its own shop only."),
    "approval-refused": Problem(403, "Personnel number, PIN or badge is wrong", "Which of them is never said. The try is counted; the fifth in a row locks the approver."),
    "approver-locked": Problem(403, "The approver is locked", "Five wrong tries in a row. An administrator can unlock them."),
    "approver-is-operator": Problem(403, "Nobody approves their own returns", "The approver is the operator of the return. Ask somebody else."),
    "approver-not-here": Problem(403, "The approver may not approve here", "Not active, or for other shops. Ask somebody else."),
    "approval-limit-exceeded": Problem(403, "More than the approver may allow", "The goods are worth more than the approver's level reaches. Ask somebody with a higher one."),
    "not-found": Problem(404, "Not there, or not yours", "The two are never told apart."),
    "method-not-allowed": Problem(405, "That method is not for this address", "See the API guide."),
    "not-acceptable": Problem(406, "Only JSON is spoken here", "Accept `application/json`."),
    "conflict": Problem(409, "Conflicts with what is", "Read the present state and decide anew."),
    "state-changed": Problem(409, "The state has changed", "Somebody was faster. Read the present state and decide anew."),
    "return-not-authorized": Problem(409, "The return is not waiting to be completed", "Only an authorized return that has not expired can be completed."),
    "return-not-waiting": Problem(409, "The return does not wait for approval", "It was decided, or its time is over. Read it; when it has expired, ask for the return again."),
    "return-not-voidable": Problem(409, "The return can no longer be voided", "Money has gone back, or it was denied, voided or expired before."),
    "condition-refused": Problem(409, "Not taken in this condition", "The policy that decided does not take goods in the condition in which they came: complete without them, or void and ask anew."),
    "quantity-exceeded": Problem(409, "More than was authorized", "Goods received may be fewer than authorized, never more."),
    "sale-conflict": Problem(409, "Another sale stands under this number", "The same natural key or receipt number came before with a different body. The first stands; this one is kept and shown to IT."),
    "enrolment-code-used": Problem(409, "The enrolment code was used by another machine", "It came before with another key. An administrator has been told; ask for a new code."),
    "key-conflict": Problem(409, "The key was used before", "It is revoked, retiring, or another register's. Make a new key."),
    "rotation-in-progress": Problem(409, "Two credentials are usable already", "The one before the present one is good until its overlap ends. Post the new key after `Retry-After` seconds."),
    "idempotency-in-progress": Problem(409, "The same request is running", "Wait for `Retry-After` seconds and send it again, unchanged."),
    "cursor-expired": Problem(410, "The cursor is too old", "Older than the feed's retention, or from before a restore. Resynchronise: `link` says where."),
    "body-too-large": Problem(413, "The body is too large", "At most 1 MiB."),
    "unsupported-media-type": Problem(415, "Not a media type we read", "Send `application/json` (the token endpoint: form-encoded)."),
    "idempotency-key-reused": Problem(422, "Idempotency-Key was used for something else", "The key came before with another method, address or body. Use a new key for a new request."),
    "card-data-refused": Problem(422, "Card data refused", "The request carried what looks like a card number. Nothing of it was kept. Send token, brand and last four digits."),
    "rate-limited": Problem(429, "Too many requests", "Wait for `Retry-After` seconds."),
    "unsupported-grant-type": Problem(400, "Only client_credentials is spoken here", "OAuth 2.0 client credentials grant."),
    "invalid-scope": Problem(400, "A scope this register does not have", "Ask for a subset of its profile's scopes, or for none to get all."),
    "internal-error": Problem(500, "Our mistake", "It is logged under the request id. Sending the same request again is safe."),
    "service-unavailable": Problem(503, "Not available at this moment", "The database is busy or restarting. Send the same request again after `Retry-After` seconds."),
}  # fmt: skip

_DRF_CODES: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.ValidationError, "invalid-request"),
    (exceptions.ParseError, "malformed-json"),
    (exceptions.NotAuthenticated, "token-missing"),
    (exceptions.AuthenticationFailed, "token-invalid"),
    (exceptions.PermissionDenied, "token-missing"),
    (exceptions.MethodNotAllowed, "method-not-allowed"),
    (exceptions.NotAcceptable, "not-acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported-media-type"),
    (exceptions.Throttled, "rate-limited"),
    (exceptions.NotFound, "not-found"),
    (PermissionDenied, "scope-missing"),
    (Http404, "not-found"),
    (OperationalError, "service-unavailable"),
    (InterfaceError, "service-unavailable"),
)


# RFC 6750 3.1: a request without a token is told no error.
_CHALLENGES = {
    code: f'Bearer realm="api", error="invalid_token", error_description="{code}"'
    for code in ("token-invalid", "token-expired")
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: any exception in, one problem document out."""
    request_id = str(getattr(context.get("request"), "request_id", ""))
    if isinstance(error, Refusal):
        response = problem_response(error.code, error.detail, request_id, error.errors)
        if link := getattr(error, "link", None):
            response.data["link"] = f"{settings.PUBLIC_URL}/api/v1/{link}"
        if retry_after := getattr(error, "retry_after", None):
            response["Retry-After"] = str(retry_after)
        return response
    code = next((code for kind, code in _DRF_CODES if isinstance(error, kind)), "internal-error")
    if code in ("internal-error", "service-unavailable"):
        logger.error("%s", code, exc_info=error, extra={"request_id": request_id})
    return problem_response(code, None, request_id, tuple(_field_errors(error)))


def problem_response(
    code: str, detail: str | None, request_id: str, errors: tuple[FieldError, ...] = ()
) -> Response:
    """The document, with the headers that its status asks for."""
    problem = PROBLEMS[code]
    response = Response(
        problem_document(code, detail, request_id, errors),
        status=problem.status,
        content_type=MEDIA_TYPE,
    )
    if problem.status == 401:
        response["WWW-Authenticate"] = _CHALLENGES.get(code, 'Bearer realm="api"')
    if problem.status in (429, 503):
        response["Retry-After"] = "2"
    return response


def problem_document(
    code: str, detail: str | None, request_id: str, errors: tuple[FieldError, ...] = ()
) -> dict[str, Any]:
    """`{"type", "code", "title", "status", "detail", "errors": [{"field","code","detail"}], "request_id"}`."""
    problem = PROBLEMS[code]
    return {
        "type": f"{settings.PUBLIC_URL}/problems/{code}",
        "code": code,
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.meaning,
        "errors": [{"field": e.field, "code": e.code, "detail": e.detail} for e in errors],
        "request_id": request_id,
    }


def _field_errors(error: Exception) -> Iterator[FieldError]:
    if isinstance(error, exceptions.ValidationError):
        yield from _flatten(error.detail, "")


def _flatten(detail: Any, path: str) -> Iterator[FieldError]:
    """DRF's nested dictionaries and lists as `lines[0].quantity`."""
    if isinstance(detail, dict):
        for key, item in detail.items():
            if key == "non_field_errors":
                yield from _flatten(item, path)
            elif isinstance(key, int):
                yield from _flatten(item, f"{path}[{key}]")
            else:
                yield from _flatten(item, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for index, item in enumerate(detail):
            nested = isinstance(item, dict | list)
            yield from _flatten(item, f"{path}[{index}]" if nested else path)
    else:
        code = getattr(detail, "code", "invalid")
        yield FieldError(path, str(code).replace("_", "-"), str(detail))
