"""The receiver of the bench takes whatever comes, and what was measured is said in three lines."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request

from bench import report
from bench.deliveries.measure import Delays, Deliveries
from stack.folder import ROOT


def test_the_receiver_notes_when_each_event_came() -> None:
    command = [sys.executable, "-m", "bench.deliveries.receiver"]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        port = json.loads(process.stdout.readline())
        for event in ("a", "b", "a"):
            asked = urllib.request.Request(
                f"http://127.0.0.1:{port}/", b"{}", {"webhook-id": event}
            )
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(asked, timeout=30) as answer:
                assert (answer.status, answer.read()) == (200, b"ok")
        process.stdin.write("\n")
        process.stdin.flush()

        assert list(json.loads(process.stdout.readline())) == ["a", "b"]


def test_the_figures_in_words() -> None:
    found = Deliveries(50_000, 125.0, Delays(40, 90, 20), Delays(200, 900, 19, lost=1))

    assert report.deliveries(found).splitlines() == [
        "Deliveries: 50,000 events to one receiver in 125.0 s, 400 a second.",
        "  From commit to receiver, idle: p50 40 ms, p99 90 ms (20 events, 0 lost).",
        "  From commit to receiver, while registers return: p50 200 ms, p99 900 ms (19 events, 1 lost).",
    ]
