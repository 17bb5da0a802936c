"""The load, in a process of its own: `python -m bench.load`, a job on stdin, what came of it on stdout.

It shares the machine with what it measures, so it does as little as it can: all requests are made
beforehand, one thread waits for all connections, and an answer is looked at only for its status,
its length, and the word that says it went well.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from time import perf_counter
from urllib.parse import urlsplit

from bench.messages import Job, requests_of

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CODE = re.compile(rb'"code":"([a-z-]+)"')
_GOOD = {
    "nothing": (b" 200 ", b'"server_time"'),
    "sales": (b" 201 ", b'"recorded"'),
    "returns": (b" 201 ", b'"decision":"approved"'),
}
PATIENCE_S = 30


class Line:
    """One keep-alive connection, with at most one request under way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.receipt, self.sent_at, self._held = "", 0.0, b""

    def send(self, receipt: str, request: bytes) -> None:
        self.receipt, self.sent_at = receipt, perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None when some of it has still to come."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("The server closed the connection.")
        self._held += more
        head, end, body = self._held.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return None
        answer, self._held = self._held, b""
        return answer


class Load:
    """Sends a job, and keeps what came back in time."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.latencies: list[float] = []
        self.done: list[str] = []
        self.errors: Counter[str] = Counter()
        self.seconds = 0.0
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Until the time is up or the requests are; then what is under way is waited for."""
        place = urlsplit(self.job.url)
        requests = requests_of(self.job, place.netloc)
        if self.job.kind != "nothing":
            requests = iter(list(requests))
        lines = [Line(str(place.hostname), int(place.port or 80)) for _ in range(self.job.clients)]
        started = perf_counter()
        busy = sum(self._next(line, requests) for line in lines)
        for line in lines:
            self._selector.register(line.socket, selectors.EVENT_READ, line)
        passed = 0.0
        while busy:
            for line in self._answered():
                now = perf_counter()
                passed = now - started
                if passed <= self.job.seconds:
                    self.latencies.append((now - line.sent_at) * 1000)
                    busy -= not self._next(line, requests)
                else:
                    busy -= 1
        self.seconds = min(passed, self.job.seconds)

    def _answered(self) -> Iterator[Line]:
        ready = self._selector.select(PATIENCE_S)
        if not ready:
            raise ConnectionError(f"No answer within {PATIENCE_S} seconds.")
        for key, _ in ready:
            line: Line = key.data
            if (answer := line.receive()) is not None:
                self._judge(line, answer)
                yield line

    def _judge(self, line: Line, answer: bytes) -> None:
        status, word = _GOOD[self.job.kind]
        if status in answer[:16] and word in answer:
            self.done.append(line.receipt)
        else:
            code = _CODE.search(answer)
            told = code[1] if code else answer.partition(b"\r\n\r\n")[2][:200]
            self.errors[(answer[9:13] + told).decode(errors="replace")] += 1

    def _next(self, line: Line, requests: Iterator[tuple[str, bytes]]) -> bool:
        following = next(requests, None)
        if following is not None:
            line.send(*following)
        return following is not None


def main() -> None:
    load = Load(Job(**json.load(sys.stdin)))
    load.run()
    result = {
        "seconds": load.seconds,
        "latencies": load.latencies,
        "receipts": load.done,
        "errors": load.errors,
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
