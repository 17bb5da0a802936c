"""A server that keeps the promises the client relies on, in memory, over real HTTP."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.client.answers import Json, Refusal, Reply
from tests.client.desk import Desk

PAGE = 2


@dataclass
class Fault:
    """The next request whose path ends so is answered like this; None cuts the connection.

    With `after`, the request has had its effect by then: only the answer is lost.
    """

    path: str
    status: int | None
    code: str = "out-of-order"
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False


class Shop:
    """The state of the stand-in, and its rules."""

    def __init__(self, desk: Desk) -> None:
        self.lock = threading.Lock()
        self.faults: deque[Fault] = deque()
        self.requests: list[tuple[str, str, str | None]] = []
        self.bodies: list[bytes] = []
        self.desk = desk
        self.feed: list[Json] = [{"id": n} for n in range(5)]
        self.waits: list[int] = []
        self.stream_url = ""
        self.sales: dict[str, Json] = {}
        self.sent: dict[str, Json] = {}
        self.by_customer: defaultdict[str | None, list[Json]] = defaultdict(list)
        self.natural: dict[tuple[Any, ...], str] = {}
        self.returns: dict[str, Json] = {}
        self.keys: dict[tuple[str, str], tuple[bytes, Reply]] = {}
        self.deny_sku: str | None = None

    def state(self) -> dict[str, Any]:
        """What two runs that did the same thing agree on."""
        left = {
            (receipt, line["line_number"]): line["returnable_quantity"]
            for receipt, sale in self.sales.items()
            for line in sale["lines"]
        }
        return {"left": left, "returns": Counter(r["status"] for r in self.returns.values())}

    # --- sales

    def create_sale(self, terminal: str, body: Json) -> Reply:
        store = terminal.split("-")[0]
        key = (store, body["terminal"], body["business_date"], body["sequence_number"])
        totals = sum(line["total"] for line in body["lines"])
        off = sum(d["amount"] for d in body.get("discounts", []))
        paid = sum(t["amount"] for t in body["tenders"])
        if not totals - off == body["total"] == paid:
            raise Refusal(400, "does-not-add-up")
        receipt = body["receipt_number"]
        if key in self.natural:
            if self.sent[self.natural[key]] != body:
                raise Refusal(409, "sale-conflict")
            return Reply(200, {"receipt_number": receipt, "status": "recorded"})
        self.natural[key], self.sent[receipt] = receipt, body
        self.sales[receipt] = self._sale(store, body, totals)
        self.by_customer[body.get("customer")].append(self.sales[receipt])
        return Reply(201, {"receipt_number": receipt, "status": "recorded"})

    def _sale(self, store: str, body: Json, totals: int) -> Json:
        lines, gross = [], 0
        for line in body["lines"]:
            # Differences of running sums: the shares of an order discount add up to all of it.
            paid_before = gross * body["total"] // totals
            gross += line["total"]
            worth = gross * body["total"] // totals - paid_before
            fresh = {"returnable_quantity": line["quantity"], "returned": "0"}
            lines.append({**line, **fresh, "worth": worth})
        return {**body, "store": store, "lines": lines, "voided": False, "training": False}

    def sale(self, receipt: str) -> Json:
        if receipt not in self.sales:
            raise Refusal(404, "not-found")
        return self.sales[receipt]

    def search(self, query: dict[str, str]) -> Reply:
        found = []
        for sale in self.by_customer[query.get("customer")]:
            lines = [
                line
                for line in sale["lines"]
                if line["sku"] == query.get("sku", line["sku"])
                and Decimal(line["returnable_quantity"]) > 0
            ]
            late = query.get("to") and datetime.fromisoformat(
                sale["sold_at"]
            ) > datetime.fromisoformat(query["to"])
            if lines and not late:
                found.append({**sale, "lines": lines})
        found.sort(key=lambda s: datetime.fromisoformat(s["sold_at"]), reverse=True)
        start = int(query.get("cursor", 0))
        rest = "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in query.items() if k != "cursor")
        more = f"http://elsewhere.invalid/api/v1/sales/search?{rest}&cursor={start + PAGE}"
        items = found[start : start + PAGE]
        return Reply(200, {"items": items, "next": more if found[start + PAGE :] else None})

    # --- returns

    def decide(self, body: Json) -> tuple[Json, list[tuple[Json, Decimal]]]:
        sale = self.sale(body["sale"]["receipt_number"])
        lines, moves, total = [], [], 0
        for wanted in body["lines"]:
            line = sale["lines"][wanted["sale_line"] - 1]
            units = Decimal(wanted["quantity"])
            code = "ok" if units <= Decimal(line["returnable_quantity"]) else "quantity-exceeded"
            code = "not-returnable" if line["sku"] == self.deny_sku else code
            lines.append({"sale_line": wanted["sale_line"], "codes": [code]})
            moves.append((line, units))
            before = Decimal(line["returned"])
            total += self._refund(line, before + units) - self._refund(line, before)
        denied = any(line["codes"] != ["ok"] for line in lines)
        status = "completed" if body["complete"] else "authorized"
        answer = {
            "id": str(uuid.uuid4()),
            "status": "denied" if denied else status,
            "decision": "denied" if denied else "approved",
            "refund_total": 0 if denied else total,
            "lines": lines,
            "refunds": []
            if denied
            else [{"tender": 1, "kind": sale["tenders"][0]["kind"], "amount": total}],
        }
        return answer, moves

    def _refund(self, line: Json, units: Decimal) -> int:
        share = Decimal(line["worth"]) * units / Decimal(line["quantity"])
        return int(share.quantize(Decimal(1), ROUND_HALF_UP))

    def submit(self, body: Json) -> Reply:
        answer, moves = self.decide(body)
        self.returns[answer["id"]] = answer | {"moves": moves}
        if answer["status"] != "denied":
            for line, units in moves:
                line["returnable_quantity"] = str(Decimal(line["returnable_quantity"]) - units)
                line["returned"] = str(Decimal(line["returned"]) + units)
        return Reply(201, answer)

    def finish(self, return_id: str, status: str) -> Reply:
        found = self.returns[return_id]
        if found["status"] != "authorized":
            raise Refusal(409, "wrong-state")
        found["status"] = status
        if status == "voided":
            for line, units in found["moves"]:
                line["returnable_quantity"] = str(Decimal(line["returnable_quantity"]) + units)
                line["returned"] = str(Decimal(line["returned"]) - units)
        return Reply(200, {k: v for k, v in found.items() if k != "moves"})

    # --- changes

    def changes(self, query: dict[str, str]) -> Reply:
        self.waits.append(int(query.get("wait", 0)))
        start = int(query.get("after", 0))
        items = self.feed[start : start + PAGE]
        end = start + len(items)
        return Reply(200, {"items": items, "next": str(end), "has_more": end < len(self.feed)})

    def resync(self, query: dict[str, str]) -> Reply:
        """Three pages, one item each."""
        number = int(query.get("cursor", 0))
        link = f"https://elsewhere.example/api/v1/changes/resync?cursor={number + 1}"
        items = [{"type": "stock.changed", "data": {"page": number}}]
        return Reply(200, {"after": "5", "items": items, "next": link if number < 2 else None})

    # --- routing

    def answer(self, method: str, target: str, headers: Any, raw: bytes) -> Reply:
        url = urlsplit(target)
        path = url.path.removeprefix("/waiting").removeprefix("/api/v1/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        try:
            if path == "oauth/token":
                return self.desk.grant(headers["Authorization"], raw)
            body = json.loads(raw) if method == "POST" else {}
            if path == "terminals/enrol":
                return self.desk.enrol(body, headers["Idempotency-Key"])
            terminal = self.desk.terminal(headers["Authorization"] or "")
            if path == "terminals/self/keys":
                return self.desk.take_key(terminal, body, headers["Idempotency-Key"])
            if path == "terminals/self/heartbeat":
                return self.desk.beat(body)
            if method == "GET":
                return self._read(terminal, path, query)
            if path == "returns/quote":
                return Reply(200, self.decide(body)[0])
            return self._once(terminal, headers["Idempotency-Key"], path, raw, body)
        except Refusal as refusal:
            return refusal.reply

    def _once(self, terminal: str, key: str | None, path: str, raw: bytes, body: Json) -> Reply:
        if not key or len(key) < 16:
            raise Refusal(400, "idempotency-key-missing")
        scope = (terminal, key)
        if scope in self.keys:
            stored, reply = self.keys[scope]
            if stored != path.encode() + raw:
                raise Refusal(422, "idempotency-key-reused")
            return Reply(reply.status, reply.body, {"Idempotent-Replayed": "true"})
        reply = self._write(terminal, path, body)
        frozen = json.loads(json.dumps(reply.body))
        self.keys[scope] = (path.encode() + raw, Reply(reply.status, frozen))
        return reply

    def _write(self, terminal: str, path: str, body: Json) -> Reply:
        if path == "sales":
            return self.create_sale(terminal, body)
        if path == "returns":
            return self.submit(body)
        _, return_id, verb = path.split("/")
        return self.finish(return_id, {"complete": "completed", "void": "voided"}[verb])

    def _read(self, terminal: str, path: str, query: dict[str, str]) -> Reply:
        if path == "sales/search":
            return self.search(query)
        if path == "sales":
            day, number = query["business_date"], int(query["sequence_number"])
            key = (query["store"], query["terminal"], day, number)
            return Reply(200, self.sale(self.natural.get(key, "")))
        if path == "terminals/self":
            own_store, own_number = terminal.split("-")
            waiting = {"stream_url": self.stream_url} if self.stream_url else {}
            return Reply(200, {"store": own_store, "number": own_number, **waiting})
        if path == "changes":
            return self.changes(query)
        if path == "changes/resync":
            return self.resync(query)
        if path.startswith("returns/"):
            found = self.returns[path.removeprefix("returns/")]
            return Reply(200, {k: v for k, v in found.items() if k != "moves"})
        return Reply(200, self.sale(path.removeprefix("sales/")))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet per answer: header and body apart would wait for each other on loopback.
    wbufsize = 65536
    server: StandIn

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if len(raw) < length:
            # The client was killed in the middle of a request: nothing arrived.
            self.close_connection = True
            return
        shop = self.server.shop
        with shop.lock:
            path = urlsplit(self.path).path
            shop.requests.append((self.command, path, self.headers["Idempotency-Key"]))
            shop.bodies.append(raw)
            fault = self._due_fault(path)
            reply: Reply | None = None
            if fault is None or fault.after:
                reply = shop.answer(self.command, self.path, self.headers, raw)
            if fault:
                reply = None
            if fault and fault.status:
                reply = Reply(fault.status, {"code": fault.code}, fault.headers)
        if reply is None:
            self.close_connection = True
            return
        self._send(reply)

    do_GET = do_POST = handle_any

    def _due_fault(self, path: str) -> Fault | None:
        faults = self.server.shop.faults
        return faults.popleft() if faults and path.endswith(faults[0].path) else None

    def _send(self, reply: Reply) -> None:
        content = json.dumps(reply.body, default=str).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the clock of the stand-in."""
        return formatdate(self.server.shop.desk.now, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        return None


class StandIn(ThreadingHTTPServer):
    """The shop on a loopback port; use as a context manager."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"
        self.shop = Shop(Desk(self.base_url))
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def begin_anew(self) -> None:
        """A shop that has sold nothing yet, and knows its registers."""
        self.shop = Shop(self.shop.desk)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def __enter__(self) -> StandIn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
