from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read apart: what to connect to, and what to ask for there."""

    tls: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: an HTTP status, or a problem (`SendProblem`) in its place.

    `body` is at most 64 kB, as it came; `cut` when there was more.
    """

    milliseconds: int
    status: int | None = None
    body: bytes = b""
    cut: bool = False
    problem: str = ""
    retry_after: str = ""  # the header, as it came

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class SentTest:
    """A test event, and what came of it; `text` is the beginning of the answer, for people."""

    message_id: str
    answer: Answer
    text: str
    shortened: bool


@dataclass(frozen=True, slots=True)
class CallMade:
    """A request and its answer, as the delivery log keeps them. Never an authorization."""

    at: datetime
    milliseconds: int
    status: int | None
    problem: str
    head: Mapping[str, str]
    body: str
    answer: str  # at most 2 kB, card numbers scrubbed


@dataclass(frozen=True, slots=True)
class ShopMessage:
    """What a web shop posted: the very bytes, and what its headers say of them."""

    raw: bytes
    signature: str
    topic: str
    domain: str
    webhook_id: str
    event_id: str
    address: str  # where it came from, for the trail


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of records."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class TriedConnection:
    """What a connector found when it was to look whether everything is right."""

    ok: bool
    cause: str
    detail: str
    call: CallMade
