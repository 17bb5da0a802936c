"""`make soak-rotation`, short: keys change and servers die under three registers for some seconds."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from stack.folder import ROOT
from stack.processes import Child

NOUGHT = [
    "unexpected 401", "unexpected 403", "refused or failed", "lost", "doubled", "stuck",
    "old keys refused in their time", "old keys accepted after it", "accepted after a revocation",
    "violations found by verify",
]  # fmt: skip
SOME = [
    "returns completed", "returns spanning two tokens", "returns spanning two keys",
    "keys replaced by new ones", "web workers killed", "web server stopped and started",
    "old keys refused after it", "attempts after a revocation",
]  # fmt: skip


def test_no_return_is_disturbed_by_rotations_lost_answers_and_dying_servers(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--seconds", "10", "--registers", "3", "--report", str(report)]
    command = [sys.executable, "-m", "soak", *options]
    soak = Child("soak", command, env=os.environ, cwd=ROOT, log=tmp_path / "log", grace=60)

    soak.run()

    assert report.exists(), soak.last_words()
    figures = json.loads(report.read_text())["figures"]
    assert {name: figures[name] for name in NOUGHT} == dict.fromkeys(NOUGHT, 0), soak.last_words()
    assert all(figures[name] > 0 for name in SOME), figures
