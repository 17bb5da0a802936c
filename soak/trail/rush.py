"""A rush: goods are sold, then all taken back over many lines at once, while the worker seals."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bench.figures import Point, point
from bench.messages import Job
from bench.place import Place, run_module
from soak.trail.links import Shop, Waits, newest, read_shops, read_waits, unsealed
from stack.console import StackError, step
from stack.processes import wait_until

PATIENCE_S = 600  # for a load to be over
SEALED_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Run:
    """All that was counted. `findings` of `audit verify`, `violations` of `verify`."""

    wanted: int
    clients: int
    returned: Point
    errors: dict[str, int]
    shops: list[Shop]
    waits: Waits
    unsealed: int
    findings: int
    violations: int


def run(place: Place, *, returns: int, clients: int) -> Run:
    """StackError when the sales before the rush could not be made."""
    with step(f"{returns:,} sales"):
        sold = _load(place, Job("sales", *_about(place, clients), first=1, most=returns))
        if len(sold["receipts"]) != returns:
            raise StackError(f"{len(sold['receipts'])} sales were taken: {sold['errors']}")
    before = newest(place)
    with step(f"{returns:,} returns over {clients} lines at once"):
        done = _load(place, Job("returns", *_about(place, clients), receipts=sold["receipts"]))
    with step("Everything is sealed"):
        wait_until(lambda: not unsealed(place), timeout=SEALED_WITHIN_S)
    with step("Chains and books are checked"):
        place.application.manage("audit", "checkpoint")
        findings = _count(place, "FINDING", "audit", "verify")
        violations = _count(place, "FAIL", "verify")
    returned = point(done["latencies"], done["seconds"], sum(done["errors"].values()))
    return Run(
        returns, clients, returned, done["errors"], read_shops(place),
        read_waits(place, after=before), unsealed(place), findings, violations,
    )  # fmt: skip


def _about(place: Place, clients: int) -> tuple[str, int, float, list[str], str, str]:
    """Of a job: address, lines, seconds, tokens, the moment, and what receipts begin with."""
    now = datetime.now(UTC).isoformat()
    return place.application.url, clients, PATIENCE_S, list(place.tokens), now, "TRAIL-SOAK"


def _load(place: Place, job: Job) -> dict[str, Any]:
    told = run_module(place.application, "bench.load", given=json.dumps(asdict(job)))
    answer: dict[str, Any] = json.loads(told)
    return answer


def _count(place: Place, word: str, *command: str) -> int:
    """How often a check says this word; one at least when it fails."""
    code, said = place.application.try_manage(*command)
    return max(said.count(word), int(code != 0))
