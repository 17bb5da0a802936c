"""What can go wrong between a register and the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from client.retry import read_http_date, read_retry_after


class ClientError(Exception):
    """Anything that kept a call from being answered with a 2xx."""


class UnreachableError(ClientError):
    """No usable answer, after as many attempts as the retry policy allows.

    The server may or may not have acted: send the same request again with the same key.
    """

    retry_after: float | None = None


class ProblemError(ClientError):
    """The server answered, and the answer is no.

    `code` is stable and is what a program decides by; `detail` is for people.
    `errors` holds one {"field", "code", "detail"} for each field that was refused.
    `retry_after` is the wait in seconds that the server asks for; `server_time` is its clock.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str = "",
        errors: list[dict[str, Any]] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        server_time: datetime | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.request_id = request_id
        self.retry_after = retry_after
        self.server_time = server_time
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        fields = "; ".join(f"{e.get('field')}: {e.get('detail')}" for e in self.errors)
        parts = [f"{self.status} {self.code}", self.detail, fields]
        sentence = ": ".join(part for part in parts if part)
        return f"{sentence} (request {self.request_id})" if self.request_id else sentence


class CursorExpiredError(ProblemError):
    """The change feed no longer reaches back to this cursor.

    What was missed cannot be had from the feed: read how things stand with `resync()`, and follow
    from there.
    """


def read_problem(status: int, headers: Mapping[str, str], raw: bytes) -> ProblemError:
    """The error an answer stands for: a problem document, an OAuth error, or neither."""
    document = _json_object(raw)
    code = document.get("code") or document.get("error") or f"http-{status}"
    detail = document.get("detail") or document.get("error_description")
    errors = document.get("errors")
    request_id = document.get("request_id") or headers.get("X-Request-Id")
    kind = CursorExpiredError if code == "cursor-expired" else ProblemError
    return kind(
        status=status,
        code=str(code),
        detail=str(detail or document.get("title") or ""),
        errors=[e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else [],
        request_id=str(request_id) if request_id else None,
        retry_after=read_retry_after(headers.get("Retry-After"), datetime.now(UTC)),
        server_time=read_http_date(headers.get("Date")),
    )


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except ValueError:
        # A proxy in between answers in HTML; the status is then all that is known.
        return {}
    return document if isinstance(document, dict) else {}
