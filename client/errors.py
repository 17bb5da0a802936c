"""What can go wrong between a register and the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """Anything that kept a call from being answered with a 2xx."""


class UnreachableError(ClientError):
    """No usable answer, after as many attempts as the retry policy allows.

    The server may or may not have acted: send the same request again with the same key.
    """


class ProblemError(ClientError):
    """The server answered, and the answer is no.

    `code` is stable and is what a program decides by; `detail` is for people.
    `errors` holds one {"field", "code", "detail"} for each field that was refused.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        detail: str = "",
        errors: list[dict[str, Any]] | None = None,
        request_id: str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.request_id = request_id
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        fields = "; ".join(f"{e.get('field')}: {e.get('detail')}" for e in self.errors)
        parts = [f"{self.status} {self.code}", self.detail, fields]
        sentence = ": ".join(part for part in parts if part)
        return f"{sentence} (request {self.request_id})" if self.request_id else sentence


def read_problem(status: int, headers: Mapping[str, str], raw: bytes) -> ProblemError:
    """The error an answer stands for: a problem document, an OAuth error, or neither."""
    document = _json_object(raw)
    code = document.get("code") or document.get("error") or f"http-{status}"
    detail = document.get("detail") or document.get("error_description")
    errors = document.get("errors")
    request_id = document.get("request_id") or headers.get("X-Request-Id")
    return ProblemError(
        status=status,
        code=str(code),
        detail=str(detail or document.get("title") or ""),
        errors=[e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else [],
        request_id=str(request_id) if request_id else None,
    )


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except ValueError:
        # A proxy in between answers in HTML; the status is then all that is known.
        return {}
    return document if isinstance(document, dict) else {}
