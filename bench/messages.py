"""The requests of the load, as the very bytes that go over the wire. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

SKUS = tuple(f"BENCH-{n:04d}" for n in range(1000))


@dataclass(frozen=True, slots=True)
class Job:
    """What one load is to send: for so long, over so many connections, with these tokens.

    `returns` take back the sales in `receipts`, one each. `sales` name themselves after `tag` and
    are numbered from `first`, so that no two jobs of a run sell the same.
    """

    kind: str  # nothing | sales | returns
    url: str
    clients: int
    seconds: float
    tokens: Sequence[str]
    now: str
    tag: str = ""
    first: int = 0
    most: int = 0
    receipts: Sequence[str] = field(default=())


def requests_of(job: Job, host: str) -> Iterator[tuple[str, bytes]]:
    """(receipt, request) for every request the job may send; without end where nothing is written."""
    match job.kind:
        case "nothing":
            while True:
                yield "", _http("GET", "/api/v1/terminals/self", host, job.tokens[0])
        case "sales":
            dice = Random(job.first)
            for number in range(job.first, job.first + job.most):
                receipt = f"{job.tag}-{number}"
                body = sale_body(receipt, number, datetime.fromisoformat(job.now), dice)
                token = job.tokens[number % len(job.tokens)]
                yield (
                    receipt,
                    _http("POST", "/api/v1/sales", host, token, body, f"{receipt}-sale-key"),
                )
        case _:
            for number, receipt in enumerate(job.receipts):
                token = job.tokens[number % len(job.tokens)]
                key = f"{receipt}-return-key"
                yield (
                    receipt,
                    _http("POST", "/api/v1/returns", host, token, return_body(receipt), key),
                )


def sale_body(receipt: str, number: int, now: datetime, dice: Random) -> dict[str, Any]:
    """Two different items, each with a tax; paid partly by card and partly in cash."""
    lines = [
        {
            "line_number": place, "sku": sku, "description": f"Item {sku}", "quantity": "1",
            "unit_price": price, "total": price,
            "taxes": [{"code": "VAT-S", "rate": "0.20", "inclusive": True, "amount": price // 6}],
        }
        for place, (sku, price) in enumerate(zip(dice.sample(SKUS, 2), (1998, 1002), strict=True), 1)
    ]  # fmt: skip
    card = {
        "number": 1, "kind": "card", "amount": 2000, "gateway": "sandbox",
        "gateway_ref": f"sbx_pay_{receipt}", "card_brand": "visa", "last4": "4242",
    }  # fmt: skip
    return {
        "terminal": "01", "business_date": now.date().isoformat(), "sequence_number": number,
        "receipt_number": receipt, "sold_at": now.isoformat(), "currency": "EUR", "operator": "1042",
        "customer": f"C-{receipt}", "lines": lines, "total": 3000,
        "tenders": [card, {"number": 2, "kind": "cash", "amount": 1000}],
    }  # fmt: skip


def return_body(receipt: str) -> dict[str, Any]:
    """Both lines come back, in one call."""
    return {
        "sale": {"receipt_number": receipt},
        "lines": [
            {"sale_line": n, "quantity": "1", "reason": "customer_remorse", "condition": "unopened"}
            for n in (1, 2)
        ],
        "refund_to": "original", "operator": "1042", "complete": True,
    }  # fmt: skip


def _http(method: str, path: str, host: str, token: str, body: Any = None, key: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {token}"]
    content = b""
    if body is not None:
        content = json.dumps(body, separators=(",", ":")).encode()
        lines += [f"Idempotency-Key: {key}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "Accept: application/json", "", ""]).encode() + content
