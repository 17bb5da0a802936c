"""A source on loopback: it pages through records, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.db import connections


@dataclass
class Trouble:
    """What is answered in place of a page."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.server.asked.append(query)
        self.server.headers.append(dict(self.headers))
        if self.server.before_answering:
            try:
                self.server.before_answering(query)
            finally:
                connections.close_all()  # of this thread
        trouble = self.server.troubles.pop(len(self.server.asked), None)
        if trouble is None:
            trouble = Trouble(body=json.dumps(self.server.page(query)).encode())
        self.send_response(trouble.status)
        for name, value in {"Content-Length": str(len(trouble.body)), **trouble.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(trouble.body)

    def log_message(self, format: str, *args: object) -> None:
        return None


def _changed(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["updated_at"])


class Source(ThreadingHTTPServer):
    """Hands out `records` in pages. `feed`: its cursor stays good at the end, else a list begins anew.

    `troubles`: by number of the request, from 1. `asked` and `headers` are what came.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.records: list[dict[str, Any]] = []
        self.feed = True
        self.troubles: dict[int, Trouble] = {}
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.before_answering: Callable[[dict[str, str]], None] | None = None
        self.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/items"

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        found = self.records
        if since := query.get("updated_since"):
            moment = datetime.fromisoformat(since)
            found = sorted((r for r in found if _changed(r) >= moment), key=_changed)
        start, size = int(query.get("cursor", "0")), int(query["limit"])
        page = found[start : start + size]
        end = start + len(page)
        following = str(end) if self.feed or end < len(found) else None
        return {"items": page, "next": following}

    def __enter__(self) -> Source:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
