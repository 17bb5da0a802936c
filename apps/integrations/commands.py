from __future__ import annotations

from dataclasses import dataclass


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
