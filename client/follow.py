"""Following the change feed for as long as a register runs."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from client.errors import ProblemError, UnreachableError
from client.files import write_private
from client.retry import is_worth_repeating
from client.transport import JsonObject

PAUSE = 5.0
# What we let the server wait for news: less than our own patience for an answer.
SERVER_WAIT = 25
REMEMBERED = 10_000

# (after, seconds the server may wait) -> a page
ReadPage = Callable[[str | None, int], JsonObject]

log = logging.getLogger("client")


class CursorStore(Protocol):
    """Remembers how far the feed was read, over restarts. Yours may be a row in your database."""

    def read(self) -> str | None: ...
    def write(self, cursor: str) -> None: ...


class CursorFile:
    """A cursor in a small file. Delete the file to read the feed from its beginning."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str | None:
        if not self.path.exists():
            return None
        return str(json.loads(self.path.read_bytes())["cursor"])

    def write(self, cursor: str) -> None:
        write_private(self.path, json.dumps({"cursor": cursor}).encode())


class RecentIds:
    """The last so many ids: enough to know an item that comes a second time soon after."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._seen: OrderedDict[object, None] = OrderedDict()

    def add(self, one: object) -> bool:
        """False when it is here already."""
        if one in self._seen:
            return False
        self._seen[one] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return True


def follow(
    read_page: ReadPage, cursor: CursorStore, *, stop: threading.Event, pause: float = PAUSE
) -> Iterator[JsonObject]:
    """Items one by one, until `stop` is set.

    1. The cursor is stored when all items of its page were handed over and the next is asked for:
       after a crash in between they come again, so none is lost.
    2. An item that comes twice within the last 10,000 is handed over once.
    3. With nothing new, the server is let wait; one that answers at once is asked again after
       `pause` seconds. So is one that cannot be reached or is busy.
    """
    recent = RecentIds()
    after, wait = cursor.read(), 0
    while not stop.is_set():
        asked_at = time.monotonic()
        page = _try_page(read_page, after, wait)
        for item in page["items"]:
            if recent.add(item["id"]):
                yield item
        if page["next"] not in (None, after):
            after = str(page["next"])
            cursor.write(after)
        wait = 0 if page["has_more"] else SERVER_WAIT
        if not page["items"]:
            stop.wait(max(0.0, pause - (time.monotonic() - asked_at)))


def _try_page(read_page: ReadPage, after: str | None, wait: int) -> JsonObject:
    try:
        return read_page(after, wait)
    except UnreachableError as failure:
        log.warning("The change feed cannot be reached: %s", failure)
    except ProblemError as problem:
        if not is_worth_repeating(problem.status, problem.code):
            raise
        log.warning("The change feed is not to be had at this moment: %s", problem)
    return {"items": [], "next": after, "has_more": False}
