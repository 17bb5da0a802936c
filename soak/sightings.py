"""What went over the proxy: counts, refusals, and which token each request was answered under."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from soak.http1 import Message

STAMP = "x-sent-at"  # when a register let go of a request, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer: None when the server hung up instead. Times: seconds since 1970.

    `passed_at` is when the request went on to the server.
    """

    request: Message
    answer: Message | None
    passed_at: float
    answered_at: float

    @property
    def kind(self) -> str:
        """Method and last word of the path, such as `POST token`; ids are left out."""
        method, target, *_ = self.request.words
        return f"{method} {urlsplit(target).path.rstrip('/').rpartition('/')[2]}"

    @property
    def sent_at(self) -> float:
        """When the register let go of it: on a busy machine that may be long before we saw it."""
        return float(self.request.headers.get(STAMP, self.passed_at))

    @property
    def status(self) -> int:
        """0 when there was no answer."""
        return int(self.answer.words[1]) if self.answer else 0

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    @property
    def token_hash(self) -> str:
        """SHA-256 of the bearer token, as the server keeps it; empty without one."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        return hash_token(token) if scheme.lower() == "bearer" else ""

    @property
    def told(self) -> Mapping[str, Any]:
        try:
            document = json.loads(self.answer.body) if self.answer else {}
        except ValueError:
            document = {}
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 401 or 403, with what it was sent under, and when that was. Times: seconds since 1970."""

    kind: str
    status: int
    code: str
    detail: str
    token_hash: str
    sent_at: float
    answered_at: float


@dataclass(slots=True)
class Sightings:
    """Only the proxy's own thread writes here."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unreachable: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    # By Idempotency-Key: the token under which the request was carried out and answered.
    token_of: dict[str, str] = field(default_factory=dict)

    def note(self, exchange: Exchange, *, lost: bool) -> None:
        """Take an exchange in; `lost` when the register will not hear of the answer."""
        self.answers[exchange.kind, exchange.status] += 1
        self.lost[exchange.kind] += lost
        if exchange.succeeded:
            self._note_token(exchange)
        elif exchange.status in (401, 403):
            self.refusals.append(_refusal(exchange))

    def _note_token(self, exchange: Exchange) -> None:
        assert exchange.answer is not None
        key = exchange.request.headers.get("idempotency-key")
        if key and exchange.answer.headers.get("idempotent-replayed") != "true":
            self.token_of[key] = exchange.token_hash


def _refusal(exchange: Exchange) -> Refusal:
    told = exchange.told
    return Refusal(
        kind=exchange.kind,
        status=exchange.status,
        code=str(told.get("code", "")),
        detail=str(told.get("detail", "")),
        token_hash=exchange.token_hash,
        sent_at=exchange.sent_at,
        answered_at=exchange.answered_at,
    )


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
