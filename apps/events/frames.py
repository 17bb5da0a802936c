"""The feed as server-sent events: bytes, made of what an event says anyway. Pure."""

from __future__ import annotations

from apps.common.renderers import to_json

MEDIA_TYPE = "text/event-stream"
HEADERS = {
    "Content-Type": MEDIA_TYPE,
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy that collects what it passes on would make it late
}


def event_frame(cursor: str, type_: str, item: bytes) -> bytes:
    """One event. `item` is its JSON as in a page; JSON has no line breaks of its own."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (cursor.encode(), type_.encode(), item)


def comment_frame(text: str, cursor: str) -> bytes:
    """Nothing new, and how far the reader has come by that: an id without data is only noted."""
    return b": %b\nid: %b\n\n" % (text.encode(), cursor.encode())


def end_frame(cursor: str, reason: str, *, retry_ms: int) -> bytes:
    """The last one of a stream: why it ends, and when to come again from this cursor."""
    data = to_json({"reason": reason})
    return b"retry: %d\n" % retry_ms + event_frame(cursor, "end", data)
