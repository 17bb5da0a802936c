"""What is behind the figures, and all of them as a file for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soak.deliveries.conduct import Run
from soak.deliveries.judge import Verdict
from soak.deliveries.moods import Mood
from soak.figures import Figure, Must
from soak.plan import Plan

SHOWN = 5  # of each kind of finding
FINDINGS = ("missing", "unwanted", "unsigned", "out_of_order", "stuck")


def figures(run: Run) -> list[Figure]:
    """What was done, what went wrong on purpose, and what came of it at each destination."""
    return [
        *_done(run),
        *_trouble(run),
        *(f for v in run.verdicts for f in _outcome(v)),
        *_end(run),
    ]


def _done(run: Run) -> list[Figure]:
    group = "done"
    return [
        Figure(group, "seconds", round(run.seconds)),
        Figure(group, "registers", run.registers),
        Figure(group, "returns completed", run.returns, Must.SOME),
        Figure(group, "events", run.events, Must.SOME),
        Figure(group, "attempts", run.attempts, Must.SOME),
        Figure(group, "most attempts at one", run.most_attempts),
        Figure(group, "secrets rotated", run.rotations, Must.SOME),
        Figure(group, "breakers closed by hand", run.pressed),
    ]


def _trouble(run: Run) -> list[Figure]:
    group = "trouble"
    return [
        Figure(group, "worker processes killed", run.killed.processes, Must.SOME),
        Figure(group, "whole workers killed", run.killed.workers),
        Figure(group, "workers that ended by themselves", run.killed.gave_up),
        Figure(group, "broker wiped", run.killed.wipes, Must.SOME),
        *(
            Figure(group, f"receiver {mood}", run.moods[mood], Must.SOME)
            for mood in Mood
            if mood is not Mood.OK
        ),
    ]


def _outcome(verdict: Verdict) -> list[Figure]:
    group = verdict.name
    zeros = [
        Figure(group, f"{group}: {name.replace('_', ' ')}", len(getattr(verdict, name)), Must.ZERO)
        for name in FINDINGS
    ]
    return [
        Figure(group, f"{group}: events wanted", verdict.wanted, Must.SOME),
        Figure(group, f"{group}: requests", verdict.arrivals, Must.SOME),
        Figure(group, f"{group}: signed by two secrets", verdict.signed_by_two, Must.SOME),
        Figure(group, f"{group}: taken more than once", verdict.repeated),
        Figure(group, f"{group}: longest delay, s", round(max(verdict.delays, default=0.0), 1)),
        *zeros,
    ]


def _end(run: Run) -> list[Figure]:
    group = "end"
    rested = run.at_rest_after
    return [
        Figure(group, "s until all was delivered", round(rested or 0, 1)),
        Figure(group, "never at rest", int(rested is None), Must.ZERO),
        Figure(group, "requests that got inside", run.visits_inside, Must.ZERO),
        Figure(group, "violations found by verify", run.violations, Must.ZERO),
    ]


def troubles(run: Run) -> list[str]:
    """What is behind the figures that do not hold: the first few of each kind."""
    return [
        f"{verdict.name}, {name}: {one}"
        for verdict in run.verdicts
        for name in FINDINGS
        for one in getattr(verdict, name)[:SHOWN]
    ]


def write(path: Path, plan: Plan, run: Run, found: Sequence[Figure]) -> None:
    """{"passed", "seed", "figures", "troubles"}, as JSON."""
    document: dict[str, Any] = {
        "passed": all(figure.holds for figure in found),
        "seed": plan.seed,
        "figures": {figure.name: figure.value for figure in found},
        "troubles": troubles(run),
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
