"""A receiver of webhooks on loopback: it notes what comes in, and answers as it is told."""

from __future__ import annotations

import ssl
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    def verify(self, secret: str) -> Any:
        """What a receiver that knows this secret reads; the library raises when it must refuse."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Manners:
    """How it answers. `trickle`: a byte of the body every 20 ms, without end."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    hang: bool = False
    hang_up: bool = False
    trickle: bool = False


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(Received(self.path, dict(self.headers), body))
        manners = self.server.manners
        if manners.hang:
            self.server.closing.wait(60)
        if manners.hang or manners.hang_up:
            return
        self.send_response(manners.status)
        for name, value in manners.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(manners.body)
        while manners.trickle and not self.server.closing.wait(0.02):
            self.wfile.write(b".")

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        return None


class Receiver(ThreadingHTTPServer):
    """On a loopback port; use as a context manager. With a TLS context it speaks TLS."""

    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tls = tls
        self.connections = 0
        self.received: list[Received] = []
        self.manners = Manners()
        self.closing = threading.Event()
        self.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=returns"

    def get_request(self) -> Any:
        sock, address = super().get_request()
        self.connections += 1
        return (self.tls.wrap_socket(sock, server_side=True) if self.tls else sock), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
