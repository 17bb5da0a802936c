"""Spans of time as people write them: `5 min`, and a schedule as `at once, 5 s, 5 min, 2 h`."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_SPAN = re.compile(r"([0-9]{1,7}) ?(s|sec|min|m|h|d)?")
_OTHER_NAMES = {"sec": "s", "m": "min", None: "s"}
MOST_ATTEMPTS = 30
LONGEST = 7 * 86_400


class BadSpan(ValueError):
    """What cannot be read as a span of time; the text is the part that is wrong."""


def read_span(text: str) -> int:
    """`5 min` → 300 seconds; a bare number is seconds, `at once` is 0. BadSpan."""
    plain = " ".join(text.lower().split())
    if plain in ("at once", "sofort"):
        return 0
    match = _SPAN.fullmatch(plain)
    if match is None:
        raise BadSpan(text.strip())
    return int(match[1]) * _UNITS[_OTHER_NAMES.get(match[2], match[2])]


def write_span(seconds: int) -> str:
    """In the largest unit that needs no fraction: 300 → `5 min`, 90 → `90 s`."""
    for unit, size in reversed(_UNITS.items()):
        if seconds and seconds % size == 0 and (unit != "d" or seconds > 86_400):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def read_schedule(text: str) -> list[int]:
    """The wait before each attempt, the first included. BadSpan for none, too many or a week."""
    parts = [part for part in text.split(",") if part.strip()]
    waits = [read_span(part) for part in parts]
    if not 1 <= len(waits) <= MOST_ATTEMPTS:
        raise BadSpan(text.strip())
    for part, wait in zip(parts, waits, strict=True):
        if wait > LONGEST:
            raise BadSpan(part.strip())
    return waits


def write_schedule(waits: list[int]) -> str:
    return ", ".join("at once" if wait == 0 else write_span(wait) for wait in waits)
