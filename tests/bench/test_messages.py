from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from apps.sales.policy import check_sums
from apps.sales.serializers import SaleIn, to_command
from bench.cpu import read_busy, read_stat
from bench.floor import read_latencies
from bench.messages import Job, requests_of, return_body, sale_body

NOW = datetime(2026, 11, 20, 16, 41, 9, tzinfo=UTC)


def job(kind: str, **more: Any) -> Job:
    return Job(kind, "http://127.0.0.1:1", 1, 1, ["secret"], NOW.isoformat(), "BENCH", **more)


def test_the_sales_of_the_load_add_up() -> None:
    form = SaleIn(data=sale_body("BENCH-1", 1, NOW, Random(1)))

    form.is_valid(raise_exception=True)

    assert check_sums(to_command(form.validated_data)) == []


def test_a_request_is_complete_as_it_goes_over_the_wire() -> None:
    [(receipt, request)] = requests_of(job("returns", receipts=["BENCH-7"]), "127.0.0.1:1")

    head, _, body = request.partition(b"\r\n\r\n")
    assert receipt == "BENCH-7"
    assert head.splitlines()[0] == b"POST /api/v1/returns HTTP/1.1"
    assert f"Content-Length: {len(body)}".encode() in head.splitlines()
    assert b"Authorization: Bearer secret" in head.splitlines()
    assert json.loads(body) == return_body("BENCH-7")


def test_no_two_sales_of_a_job_are_the_same() -> None:
    bodies = [
        json.loads(request.partition(b"\r\n\r\n")[2])
        for _, request in requests_of(job("sales", first=5, most=3), "127.0.0.1:1")
    ]

    assert [body["sequence_number"] for body in bodies] == [5, 6, 7]
    assert len({body["receipt_number"] for body in bodies}) == 3


def test_the_logs_of_others_are_read() -> None:
    assert read_latencies("0 1 1500 0 1763 12\n1 2 250 0 1763 13\n") == [1.5, 0.25]
    line = "42 (a (b) c) S 7 42 42 0 -1 0 0 0 0 0 10 20 3 4 20 0 1 0 0"
    assert read_stat(line) == (42, 7, 37)
    assert read_busy("cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3") == 73
