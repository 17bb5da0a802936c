"""A line that breaks: passes requests on, and loses the answer to a certain one."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    server: Cutter

    def do_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        behind = http.client.HTTPConnection(self.server.host, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        self.server.passed.append(f"{self.command} {self.path.partition('?')[0]}")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(content) + self.server.lost_bytes()))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_any

    def log_message(self, format: str, *args: object) -> None:
        return None


class Cutter(ThreadingHTTPServer):
    """In front of `url`; use as a context manager. `passed` are the requests that got through."""

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = urlsplit(url).netloc
        self.passed: list[str] = []
        self._cut = 0
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def cut_answer(self, number: int) -> None:
        """The answer to the n-th request from now breaks off; the request has been carried out."""
        self._cut = len(self.passed) + number

    def lost_bytes(self) -> int:
        """How many bytes are announced that never come."""
        return 1000 if len(self.passed) == self._cut else 0

    def __enter__(self) -> Cutter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
