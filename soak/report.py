"""What is behind the figures, and all of them as a file for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from soak.figures import Figure, Run, ended_on_the_way
from soak.plan import Plan

SHOWN = 10  # of each kind of finding


def troubles(run: Run) -> list[str]:
    """What is behind the figures that do not hold: sentences, the first few of each kind."""
    found = run.findings
    late = ended_on_the_way(run.sightings.refusals, run.token_ends)
    refused = [
        f"{one.status} {one.code} to {one.kind}: {one.detail}"
        for one in run.sightings.refusals
        if one not in late
    ]
    kinds = {
        "unexpected": refused,
        "refused": found.refused,
        "lost": found.lost,
        "doubled": found.doubled,
        "stuck": found.stuck,
    }
    return [f"{kind}: {one}" for kind, ones in kinds.items() for one in ones[:SHOWN]]


def write(path: Path, plan: Plan, run: Run, figures: Sequence[Figure]) -> None:
    """Everything that was counted, as JSON: {"passed", "seed", "figures", …}."""
    document: dict[str, Any] = {
        "passed": all(figure.holds for figure in figures),
        "seed": plan.seed,
        "figures": {figure.name: figure.value for figure in figures},
        "answers": {
            f"{kind} {status or 'hung up'}": count
            for (kind, status), count in sorted(run.sightings.answers.items())
        },
        "away_s": [round(seconds, 2) for seconds in run.done.away],
        "revocations": run.revocations.rounds,
        "refusals": [asdict(one) for one in run.sightings.refusals],
        "findings": asdict(run.findings),
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
