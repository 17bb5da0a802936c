"""Stripe's refunds over real HTTP on loopback, with books and memory of their own.

Same key and same parameters: the same answer again, also when that was an error. Same key and
other parameters: refused. More than was paid: refused. And it misbehaves when told to.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
CARD_NUMBER = "4242424242424242"
PAGE = 2

DECLINED = (402, {"type": "card_error", "code": "card_declined"})
TOO_MANY = (429, {"type": "invalid_request_error", "code": "rate_limit"})
BUSY = (409, {"type": "invalid_request_error", "code": "idempotency_key_in_use"})
NOT_LET_IN = (401, {"type": "invalid_request_error"})
NOT_ALLOWED = (403, {"type": "invalid_request_error"})
BROKEN = (500, {"type": "api_error"})


@dataclass
class Trouble:
    """What happens to the next request of that method.

    `answer` None: the connection is cut, or, with `hang`, nothing is ever said. With `after`, the
    refund has been made by then.
    """

    answer: tuple[int, Json] | None
    after: bool = False
    hang: bool = False
    method: str = "POST"


@dataclass
class Books:
    """What the stand-in knows."""

    payments: dict[str, Json] = field(default_factory=dict)
    refunds: list[Json] = field(default_factory=list)
    answers: dict[str, tuple[Json, int, Json]] = field(default_factory=dict)
    troubles: deque[Trouble] = field(default_factory=deque)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)
    next_status: str = "succeeded"

    def create(self, key: str | None, params: Json) -> tuple[int, Json]:
        if key and key in self.answers:
            before, status, body = self.answers[key]
            return (status, body) if before == params else _error(400, "idempotency_error", "")
        status, body = self._create(params)
        if key:
            self.answers[key] = (params, status, body)
        return status, body

    def _create(self, params: Json) -> tuple[int, Json]:
        name = "charge" if "charge" in params else "payment_intent"
        payment = self.payments.get(params[name])
        if payment is None:
            return _missing(params[name])
        amount = int(params["amount"])
        made = [r for r in self.refunds if r[name] == params[name] and r["status"] != "failed"]
        before = sum(r["amount"] for r in made)
        if before >= payment["amount"]:
            return _error(400, "invalid_request_error", "charge_already_refunded")
        if before + amount > payment["amount"]:
            return _error(400, "invalid_request_error", "")
        refund = {
            "id": f"re_{len(self.refunds) + 1}", "object": "refund", "amount": amount,
            "currency": payment["currency"], name: params[name], "status": self.next_status,
            "metadata": {k[9:-1]: v for k, v in params.items() if k.startswith("metadata[")},
        }  # fmt: skip
        self.refunds.append(refund)
        return 200, refund

    def list(self, query: Json) -> tuple[int, Json]:
        name = "charge" if "charge" in query else "payment_intent"
        if query[name] not in self.payments:
            return _missing(query[name])
        newest_first = [r for r in reversed(self.refunds) if r.get(name) == query[name]]
        ids = [r["id"] for r in newest_first]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        page = newest_first[start : start + PAGE]
        more = start + PAGE < len(newest_first)
        return 200, {"object": "list", "url": "/v1/refunds", "data": page, "has_more": more}

    def lose_answer(self, key: str | None) -> None:
        """What a 500 after the fact leaves behind: the same key gets it again."""
        if key and key in self.answers:
            self.answers[key] = (self.answers[key][0], *_refusal(BROKEN))


def _refusal(answer: tuple[int, Json]) -> tuple[int, Json]:
    """With a message that says more than it should."""
    message = f"Your card {CARD_NUMBER} could not be refunded."
    return answer[0], {"error": {"message": message, **answer[1]}}


def _error(status: int, type_: str, code: str) -> tuple[int, Json]:
    return _refusal((status, {"type": type_, "code": code or None}))


def _missing(ref: str) -> tuple[int, Json]:
    return _error(404, "invalid_request_error", "resource_missing")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    server: StripeStandIn

    def handle_any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers["Idempotency-Key"]
        books = self.server.books
        with self.server.lock:
            books.requests.append((self.command, key))
            trouble = self._due_trouble()
            answer = None
            if trouble is None or trouble.after:
                answer = self._answer(key, raw)
            if trouble:
                if trouble.answer == BROKEN and trouble.after:
                    books.lose_answer(key)
                answer = _refusal(trouble.answer) if trouble.answer else None
        if trouble and trouble.hang:
            self.server.closing.wait(60)
        if answer is None:
            self.close_connection = True
            return
        self._send(*answer)

    do_GET = do_POST = handle_any

    def _due_trouble(self) -> Trouble | None:
        troubles = self.server.books.troubles
        return troubles.popleft() if troubles and troubles[0].method == self.command else None

    def _answer(self, key: str | None, raw: bytes) -> tuple[int, Json]:
        url = urlsplit(self.path)
        assert url.path == "/v1/refunds"
        if self.command == "GET":
            return self.server.books.list(_flat(url.query))
        params = _flat(raw.decode())
        self.server.books.sent.append(params)
        return self.server.books.create(key, params)

    def _send(self, status: int, body: Json) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return None


def _flat(query: str) -> Json:
    return {name: values[0] for name, values in parse_qs(query).items()}


class StripeStandIn(ThreadingHTTPServer):
    """The stand-in on a loopback port; use as a context manager."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.books = Books()
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def take(self, ref: str, amount: int, currency: str = "eur") -> None:
        """A payment that was made."""
        self.books.payments[ref] = {"amount": amount, "currency": currency}

    def make_trouble(self, *troubles: Trouble) -> None:
        self.books.troubles.extend(troubles)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def __enter__(self) -> StripeStandIn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
