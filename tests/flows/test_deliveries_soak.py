"""`make soak-deliveries`, short: workers die and receivers misbehave for some seconds; all arrives."""

from __future__ import annotations

import json
import os
import sys

import pytest

from soak.deliveries.plan import WISHES
from soak.deliveries.report import FINDINGS
from stack.folder import ROOT
from stack.processes import Child


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    folder = tmp_path_factory.mktemp("soak")
    report = folder / "report.json"
    options = ["--seconds", "12", "--kills", "9", "--registers", "2", "--report", str(report)]
    command = [sys.executable, "-m", "soak.deliveries", *options]
    soak = Child("soak", command, env=os.environ, cwd=ROOT, log=folder / "log", grace=60)
    soak.run()
    assert report.exists(), soak.last_words()
    found: dict[str, float] = json.loads(report.read_text())["figures"]
    return found


@pytest.mark.parametrize("name", [wish.name for wish in WISHES])
def test_every_event_arrives_signed_and_nothing_is_stuck(
    figures: dict[str, float], name: str
) -> None:
    nought = [f"{name}: {finding.replace('_', ' ')}" for finding in FINDINGS]

    assert {one: figures[one] for one in nought} == dict.fromkeys(nought, 0)
    assert figures[f"{name}: events wanted"] > 0


def test_nothing_inside_was_reached_and_the_books_agree(figures: dict[str, float]) -> None:
    nought = ["never at rest", "requests that got inside", "violations found by verify"]

    assert {one: figures[one] for one in nought} == dict.fromkeys(nought, 0)


def test_workers_did_die_while_it_lasted(figures: dict[str, float]) -> None:
    """How much else goes wrong in so few seconds is the dice's business, and the machine's."""
    killed = figures["worker processes killed"] + figures["whole workers killed"]

    assert killed >= 6
    assert figures["broker wiped"] == 1
    assert figures["secrets rotated"] == 2
