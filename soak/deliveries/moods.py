"""How a receiver may behave. Pure."""

from __future__ import annotations

from enum import StrEnum
from random import Random


class Mood(StrEnum):
    OK = "takes it"
    ERROR = "answers 500"
    HANG = "hangs"
    BUSY = "answers 429"
    ELSEWHERE = "redirects inside"
    CUT = "cuts the line in the answer"
    SILENT = "hangs up"
    DOWN = "is down"


_WEIGHTS = {
    Mood.OK: 10, Mood.ERROR: 2, Mood.HANG: 1, Mood.BUSY: 2, Mood.ELSEWHERE: 1, Mood.CUT: 2,
    Mood.SILENT: 1, Mood.DOWN: 1,
}  # fmt: skip


def throw_mood(dice: Random, met: set[Mood]) -> Mood:
    """The next one: what was not met so far comes before anything is met again, well ones aside."""
    unmet = [mood for mood in Mood if mood not in met]
    if unmet and dice.random() < 0.4:
        return dice.choice(unmet)
    return dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]


def answer_of(mood: Mood, inside: str) -> bytes:
    """What goes over the wire; empty where nothing is answered. `inside` is nobody's business."""
    match mood:
        case Mood.OK:
            return _http("200 OK", b"taken")
        case Mood.ERROR:
            return _http("500 Internal Server Error", b"sorry")
        case Mood.BUSY:
            return _http("429 Too Many Requests", b"later", "Retry-After: 1")
        case Mood.ELSEWHERE:
            return _http("307 Temporary Redirect", b"", f"Location: {inside}")
        case Mood.CUT:
            return _http("200 OK", b"taken" * 20)[:-50]
        case _:
            return b""


def _http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
